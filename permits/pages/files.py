"""/berkas/: uploads, to those who may see them. Shown are pictures drawn anew; originals only download."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geoportal.accounts.models import User
from permits import reveals, uploads
from permits.access import may_see
from permits.models import Upload
from permits.pages.answers import private


@require_safe
def page(request: HttpRequest, public_id: str, n: int) -> HttpResponse:
    return _answer(_found(request, public_id), n)


@require_safe
def original(request: HttpRequest, public_id: str) -> HttpResponse:
    return _answer(_found(request, public_id), None)


def _found(request: HttpRequest, public_id: str) -> Upload:
    """404 for what is not there and for what this person may not see: neither can be told from outside."""
    upload = Upload.objects.filter(public_id=public_id[:12].replace("\0", "")).first()
    if upload is None or not isinstance(request.user, User) or not may_see(request.user, upload):
        raise Http404
    reveals.opened(upload, by=request.user)
    return upload


def _answer(upload: Upload, n: int | None) -> HttpResponse:
    try:
        data = uploads.original(upload) if n is None else uploads.page_image(upload, n)
    except FileNotFoundError:
        raise Http404 from None
    if n is None:
        name = f"{upload.public_id}.{upload.kind}"
        response = private(data, kind="application/octet-stream", filename=name, attach=True)
    else:
        response = private(data, kind="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
