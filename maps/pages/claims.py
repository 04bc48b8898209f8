"""“Ini usaha saya” and “Laporkan data keliru”: forms on a company's page, without an account."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from companies.claims import ErrorForm, OwnershipForm, RequestForm
from companies.models import ClaimKind
from geoportal import intake, limits
from geoportal.accounts.models import User
from geoportal.ids import new_id
from maps.models import PublicCompany

MOST, SECONDS = 10, 3600  # requests of one address
_OPEN = 24 * 3600  # how long a form may stand open and still be counted as one request


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Ini usaha saya": by NIB and a proof."""
    return _answer(request, _company(slug), ClaimKind.OWNERSHIP)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Laporkan data keliru"; name and contact are optional."""
    return _answer(request, _company(slug), ClaimKind.ERROR)


@login_not_required
@require_safe
def sent(request: HttpRequest, slug: str, signed: str) -> HttpResponse:
    """What happens next. The address carries the reference, signed, so nothing has to be looked up."""
    holder = _company(slug)
    try:
        kind, reference = signing.Signer(salt=f"claim.sent.{slug}").unsign(signed).split("-", 1)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    context = {
        "company": holder,
        "reference": reference,
        "ownership": kind == ClaimKind.OWNERSHIP,
        "trail": _trail(holder, _("Sent")),
    }
    response = render(request, "maps/claim_sent.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _company(slug: str) -> PublicCompany:
    return get_object_or_404(PublicCompany, slug=slug)


def _form(data: Any, files: Any, holder: PublicCompany, kind: ClaimKind) -> OwnershipForm | ErrorForm:
    start = {"token": signing.TimestampSigner(salt=f"claim.form.{holder.slug}").sign(new_id())}
    if kind == ClaimKind.OWNERSHIP:
        return OwnershipForm(data, files, initial=start, legal_form=holder.legal_form)
    return ErrorForm(data, initial=start)


def _answer(request: HttpRequest, holder: PublicCompany, kind: ClaimKind) -> HttpResponse:
    if request.method != "POST":
        return _page(request, holder, kind, _form(None, None, holder, kind))
    form = _form(request.POST, request.FILES, holder, kind)
    if form.is_trapped:
        return _thanks(holder, kind, new_id())
    try:
        with limits.misses("claim", limits.client_address(request), most=MOST, seconds=SECONDS) as attempt:
            if not form.is_valid():
                attempt.forgive()
                return _page(request, holder, kind, form)
            by = request.user if isinstance(request.user, User) else None
            try:
                made = form.send(company_id=holder.pk, reference=_reference(form, holder), by=by)
            except intake.NotTaken as refusal:
                form.add_error("evidence", str(refusal))
                return _page(request, holder, kind, form)
            return _thanks(holder, kind, made.reference)
    except limits.TooMany as error:
        minutes = -(-error.retry_after // 60)
        wait = _("Many requests came from your connection. Nothing was sent; try again in %(n)d minutes.")
        response = _page(request, holder, kind, form, status=429, refusal=wait % {"n": minutes})
        response.headers["Retry-After"] = str(error.retry_after)
        return response


def _reference(form: RequestForm, holder: PublicCompany) -> str:
    """The one that this form was given when it was opened, so that a second press sends nothing twice."""
    signer = signing.TimestampSigner(salt=f"claim.form.{holder.slug}")
    try:
        return signer.unsign(form.cleaned_data["token"], max_age=_OPEN)
    except signing.BadSignature:
        return ""


def _thanks(holder: PublicCompany, kind: ClaimKind, reference: str) -> HttpResponse:
    signed = signing.Signer(salt=f"claim.sent.{holder.slug}").sign(f"{kind.value}-{reference}")
    response = HttpResponseRedirect(reverse("claim-sent", args=[holder.slug, signed]))
    response.status_code = 303
    return response


def _page(
    request: HttpRequest,
    holder: PublicCompany,
    kind: ClaimKind,
    form: RequestForm,
    *,
    status: int = 0,
    refusal: str = "",
) -> HttpResponse:
    ownership = kind == ClaimKind.OWNERSHIP
    title = _("This is my business") if ownership else _("Report wrong data")
    context = {
        "company": holder,
        "form": form,
        "fields": [field for field in form if field.name != "surname"],
        "ownership": ownership,
        "title": title,
        "refusal": refusal,
        "trail": _trail(holder, title),
    }
    response = render(request, "maps/claim.html", context, status=status or (422 if form.errors else 200))
    patch_cache_control(response, private=True, no_store=True)
    return response


def _trail(holder: PublicCompany, here: str) -> list[tuple[str, str]]:
    return [
        (_("Home"), "/"),
        (_("Businesses"), reverse("companies")),
        (holder.name, reverse("company", args=[holder.slug])),
        (here, ""),
    ]
