"""Uploads in three steps (contract, section 2.7), and every file behind a signed URL."""

from django.http import HttpResponse

from django_product_isolation.sandbox.config import MAX_IMAGE_BYTES
from django_product_isolation.sandbox.store.assets import Asset, NotAPicture
from django_product_isolation.sandbox.store.folder import media_type

from .validation import check_upload
from .web import ApiError, SandboxRequest, json_reply, read_json, store_error

UPLOADS = "/uploads/"


def create_upload(request: SandboxRequest) -> HttpResponse:
    """Announce an upload and answer with the URL that takes its bytes."""
    body, _ = read_json(request)
    name, mime_type = check_upload(body)
    asset = request.services.assets.announce(request.org_id, name, mime_type)
    upload_url = request.services.signer.signed(UPLOADS + asset.id, "PUT")
    return json_reply({"asset_id": asset.id, "upload_url": upload_url}, 201)


def put_upload(request: SandboxRequest, asset_id: str) -> HttpResponse:
    """Take the bytes, as an object store does: no API key, errors in XML."""
    refused = store_refusal(request)
    asset = request.services.assets.find(asset_id)
    if refused or asset is None:
        return refused or store_error(404, "NoSuchKey", "There is no such upload.")
    if request.META.get("CONTENT_TYPE") != asset.declared_type:
        message = "The Content-Type is not the one that was announced."
        return store_error(403, "SignatureDoesNotMatch", message)
    if not request.META.get("CONTENT_LENGTH"):
        return store_error(411, "MissingContentLength", "Send a Content-Length.")
    try:
        content = request.content(MAX_IMAGE_BYTES)
    except ApiError:
        return store_error(400, "EntityTooLarge", f"A file has at most {MAX_IMAGE_BYTES} bytes.")
    request.services.assets.write(asset, content)
    return HttpResponse(status=200)


def confirm_upload(request: SandboxRequest, asset_id: str) -> HttpResponse:
    """Look at the stored file and make the asset usable."""
    read_json(request)
    asset = found_asset(request, asset_id)
    try:
        confirmed = request.services.assets.confirm(asset)
    except NotAPicture as error:
        message = "Nothing was uploaded, or it is no JPEG, PNG or WebP image."
        raise ApiError(422, "SANDBOX_UPLOAD_UNUSABLE", message) from error
    return json_reply(request.services.records.asset(confirmed), 201)


def get_asset(request: SandboxRequest, asset_id: str) -> HttpResponse:
    """Answer with an asset, its URL freshly signed."""
    return json_reply(request.services.records.asset(found_asset(request, asset_id)))


def found_asset(request: SandboxRequest, asset_id: str) -> Asset:
    """Return an asset of the key's organisation. Raises ApiError 404."""
    asset = request.services.assets.get(request.org_id, asset_id)
    if asset is None:
        raise ApiError(404, "SANDBOX_ASSET_NOT_FOUND", "There is no such asset.")
    return asset


def download_file(request: SandboxRequest, name: str) -> HttpResponse:
    """Send a file to whoever holds a signed URL (section 9.1.10)."""
    refused = store_refusal(request)
    content = request.services.folder.read(name)
    if refused or content is None:
        return refused or store_error(404, "NoSuchKey", "There is no such file.")
    return HttpResponse(content, content_type=media_type(name))


def store_refusal(request: SandboxRequest) -> HttpResponse | None:
    """Return the object store's refusal of a URL that is not signed or not any more."""
    strict = request.services.behaviour["refuse_authorization"] == "on"
    if strict and "HTTP_AUTHORIZATION" in request.META:
        return store_error(400, "InvalidArgument", "Send the signature or a key, not both.")
    method = request.method or ""
    if request.services.signer.allows(method, request.path, request.GET.dict()):
        return None
    return store_error(403, "AccessDenied", "The signature is wrong, or has expired.")
