"""The sandbox's URLs: Runflow's under ``/v1/``, its object store's, and the sandbox's own."""

from django.urls import path

from django_product_isolation.sandbox.api import (
    views_account,
    views_assets,
    views_callbacks,
    views_evaluations,
    views_runs,
    views_sandbox,
)

from .dispatch import api, public, untouched

urlpatterns = [
    path("v1/models/<path:model>/runs", api(POST=views_runs.create_run)),
    path("v1/models/<path:model>/batches", api(POST=views_runs.create_batch)),
    path("v1/runs", api(GET=views_runs.search_runs)),
    path("v1/runs/<str:run_id>", api(GET=views_runs.get_run)),
    path("v1/runs/<str:run_id>/callback", api(GET=views_callbacks.get_callback_history)),
    path(
        "v1/runs/<str:run_id>/callback-redeliveries", api(POST=views_callbacks.redeliver_callback)
    ),
    path(
        "v1/callback-secrets",
        api(GET=views_callbacks.list_secrets, POST=views_callbacks.create_secret),
    ),
    path(
        "v1/callback-secrets/<str:secret_id>",
        api(GET=views_callbacks.get_secret, PATCH=views_callbacks.update_secret),
    ),
    path("v1/runs/<str:run_id>/evaluations", api(GET=views_evaluations.list_run_evaluations)),
    path("v1/evaluations", api(POST=views_evaluations.create_evaluation)),
    path("v1/evaluations/statuses", api(GET=views_evaluations.list_statuses)),
    path("v1/evaluations/job-classes", api(GET=views_evaluations.list_job_classes)),
    path("v1/evaluations/<str:evaluation_id>", api(GET=views_evaluations.get_evaluation)),
    path("v1/asset-uploads", api(POST=views_assets.create_upload)),
    path("v1/asset-uploads/<str:asset_id>/confirmations", api(POST=views_assets.confirm_upload)),
    path("v1/assets/<str:asset_id>", api(GET=views_assets.get_asset)),
    path("v1/billing/balance", api(GET=views_account.get_balance)),
    path("v1/auth/me", api(GET=views_account.auth_me)),
    path("v1/health", public(GET=views_account.health)),
    path("v1/readiness", public(GET=views_account.readiness)),
    path("files/<str:name>", public(GET=views_assets.download_file)),
    path("uploads/<str:asset_id>", public(PUT=views_assets.put_upload)),
    path("", untouched(GET=views_sandbox.front_page)),
    path("_sandbox/previews/<str:name>", untouched(GET=views_sandbox.preview)),
    path(
        "_sandbox/behaviour",
        untouched(
            GET=views_sandbox.get_behaviour,
            POST=views_sandbox.change_behaviour,
            DELETE=views_sandbox.reset_behaviour,
        ),
    ),
    path("_sandbox/balance", untouched(POST=views_sandbox.change_balance)),
    path("_sandbox/revoked-keys", untouched(POST=views_sandbox.revoke_key)),
]
