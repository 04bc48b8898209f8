"""Letters as files: a draft's preview, the issued letter, the receipt. Private, and never cached."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from permits import signatures
from permits.letters import store, wording
from permits.letters.content import Kind
from permits.letters.pictures import picture
from permits.letters.render import CannotRender, render
from permits.models import Application, Letter
from permits.pages.answers import private, site_of
from permits.pages.apply import own, receipt_pin
from permits.pages.case import case_of, reads_drafts


@require_safe
def draft(request: HttpRequest, public_id: str) -> HttpResponse:
    """The letter as it would be signed today, each page marked as a draft."""
    application, pdf = _draft(request, public_id)
    return private(pdf, filename=f"draf-{application.registration_number}.pdf")


@require_safe
def draft_image(request: HttpRequest, public_id: str) -> HttpResponse:
    _application, pdf = _draft(request, public_id)
    return private(picture(pdf), kind="image/jpeg")


def _draft(request: HttpRequest, public_id: str) -> tuple[Application, bytes]:
    application, user = case_of(request, public_id)
    if not reads_drafts(user):
        raise PermissionDenied
    if not hasattr(application, "draft"):
        raise Http404
    content = wording.letter_of(application, on=timezone.localdate()).numbered("…")
    try:
        pdf = render(wording.kind_of(application.draft), content, draft=True)
    except CannotRender as error:
        raise Http404 from error
    return application, pdf


@require_safe
def issued(request: HttpRequest, public_id: str) -> HttpResponse:
    """To the desks."""
    application, _user = case_of(request, public_id)
    return _letter(application)


@require_safe
def own_letter(request: HttpRequest, public_id: str) -> HttpResponse:
    """To whom it was issued, and to the front office that filed for them."""
    return _letter(own(request, public_id))


def _letter(application: Application) -> HttpResponse:
    found = signatures.letter_of(application)
    return _file(found, f"surat-{application.registration_number}.pdf")


def _file(found: Letter | None, filename: str) -> HttpResponse:
    if found is None or not found.file:
        raise Http404
    try:
        pdf = store.get(found.file)
    except store.Damaged as error:
        raise Http404 from error
    return private(pdf, filename=filename, attach=True)


@require_safe
def report(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """The Berita Acara, to the desks."""
    application, _user = case_of(request, public_id)
    return _report(application, pk)


@require_safe
def own_report(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    return _report(own(request, public_id), pk)


def _report(application: Application, pk: int) -> HttpResponse:
    visit = get_object_or_404(application.inspections.select_related("letter"), pk=pk)
    return _file(visit.letter, f"berita-acara-{application.registration_number}.pdf")


@require_safe
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    application = own(request, public_id)
    if application.registration_number is None:
        raise Http404
    pin = receipt_pin(request, application) or ""
    content = wording.receipt_of(application, pin=pin, site=site_of(request))
    filename = f"tanda-terima-{application.registration_number}.pdf"
    return private(render(Kind.RECEIPT, content), filename=filename, attach=True)
