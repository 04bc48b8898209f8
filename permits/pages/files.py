"""/berkas/: uploads, to those who may see them. Shown are pictures drawn anew; originals only download."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geoportal.accounts.models import User
from geoportal.intake import serving
from permits import reveals
from permits.access import may_see
from permits.models import Upload


@require_safe
def page(request: HttpRequest, public_id: str, n: int) -> HttpResponse:
    upload = _found(request, public_id)
    if not 1 <= n <= upload.pages:
        raise Http404
    return serving.page(request, upload.path, n)


@require_safe
def original(request: HttpRequest, public_id: str) -> HttpResponse:
    upload = _found(request, public_id)
    return serving.original(request, upload.path, f"{upload.public_id}.{upload.kind}")


def _found(request: HttpRequest, public_id: str) -> Upload:
    """404 for what is not there and for what this person may not see: neither can be told from outside."""
    upload = Upload.objects.filter(public_id=public_id[:12].replace("\0", "")).first()
    if upload is None or not isinstance(request.user, User) or not may_see(request.user, upload):
        raise Http404
    reveals.opened(upload, by=request.user)
    return upload
