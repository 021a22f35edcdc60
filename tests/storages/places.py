"""The ways in which shops keep their pictures, as entries of Django's setting ``STORAGES``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config

from .servers import ACCESS_KEY, PASSWORD, SECRET_KEY, USER, Servers

PRIVATE, PUBLIC, CDN = "private.shop.example", "public.shop.example", "cdn.shop.example"
ADDRESSES = {PRIVATE: "93.184.215.14", PUBLIC: "93.184.215.15", CDN: "93.184.215.16"}
# The checksums that the client adds by itself over https are known to few servers but Amazon's.
CLIENT = Config(
    s3={"addressing_style": "path"},
    signature_version="s3v4",
    request_checksum_calculation="when_required",
)
SERVERS_OF = {PRIVATE: "private", PUBLIC: "public", CDN: "cdn"}


@dataclass(frozen=True)
class Place:
    """``entry`` is made for one bucket; ``link`` is how a link that Runflow gets begins."""

    entry: Callable[[Servers, str], dict[str, Any]]
    link: str = ""  # none: the picture is uploaded to Runflow
    overwrites: bool = False


@dataclass(frozen=True)
class Bucket:
    """One place in use: its setting, and the folder of this machine that its files lie in."""

    place: Place
    entry: Mapping[str, Any]
    folder: Path

    def files(self) -> dict[str, bytes]:
        """What is stored, read past every storage: name to bytes."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


def s3(host: str, **options: Any) -> Callable[[Servers, str], dict[str, Any]]:
    """An entry for the bucket at ``host``; an option may name the bucket as ``{bucket}``."""

    def entry(servers: Servers, bucket: str) -> dict[str, Any]:
        own = {k: v.format(bucket=bucket) if isinstance(v, str) else v for k, v in options.items()}
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "endpoint_url": f"https://{host}",
                "bucket_name": bucket,
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "region_name": "us-east-1",
                "client_config": CLIENT,
                "file_overwrite": False,
                "verify": str(servers.certificate),
                **own,
            },
        }

    return entry


def sftp(servers: Servers, bucket: str) -> dict[str, Any]:
    params = {
        "port": servers.ports["sftp"],
        "username": USER,
        "password": PASSWORD,
        "allow_agent": False,
        "look_for_keys": False,
    }
    options = {
        "host": "127.0.0.1",
        "params": params,
        "root_path": f"/{bucket}",
        "known_host_file": str(servers.folder.parent / "no-known-hosts"),
    }
    return {"BACKEND": "storages.backends.sftpstorage.SFTPStorage", "OPTIONS": options}


def local(servers: Servers, bucket: str) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(servers.folder / bucket), "base_url": "/media/"},
    }


PLACES = {
    "files": Place(local),
    "sftp": Place(sftp),
    "s3-signed": Place(s3(PRIVATE), link=f"https://{PRIVATE}/"),
    "s3-overwrites": Place(
        s3(PRIVATE, file_overwrite=True), link=f"https://{PRIVATE}/", overwrites=True
    ),
    # A private bucket whose links nobody signs: the server turns away whoever comes with one.
    "s3-unsigned": Place(s3(PRIVATE, querystring_auth=False)),
    "s3-public": Place(s3(PUBLIC, querystring_auth=False), link=f"https://{PUBLIC}/"),
    "s3-domain": Place(s3(PRIVATE, custom_domain=f"{CDN}/{{bucket}}"), link=f"https://{CDN}/"),
}
