"""A bucket on a server that checks signatures; all else is as django-storages has it by default."""

import os

STORAGE = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": "shop",
        "endpoint_url": os.environ["S3_ENDPOINT"],
        "access_key": os.environ["S3_KEY"],
        "secret_key": os.environ["S3_SECRET"],
        "region_name": "us-east-1",
        "addressing_style": "path",
        "signature_version": "s3v4",
    },
}
