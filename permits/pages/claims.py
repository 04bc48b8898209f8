"""/petugas/klaim/: requests about company pages, the oldest first, and the decision about one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from companies import claims
from companies.models import Claim, ClaimKind
from geoportal.accounts.models import User
from geoportal.intake import serving
from geoportal.masking import DOTS, mask, mask_within
from permits import reveals
from permits.pages.answers import refusals_told

MOST = 100  # rows of the list; what is decided makes room


@dataclass(frozen=True)
class Waiting:
    claim: Claim
    clock: str
    late: bool


class DecisionForm(forms.Form):
    accepted = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("yes", gettext_lazy("Accept")), ("no", gettext_lazy("Decline"))],
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(
        label=gettext_lazy("What was decided, and why"),
        help_text=gettext_lazy("The sender reads this."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False


def _reader(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not claims.may_read(user):
        raise PermissionDenied
    return user


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    _reader(request)
    rows = Claim.objects.filter(decided_at=None).select_related("company").order_by("created_at", "pk")
    now = timezone.now()
    shown = [Waiting(row, clock(row, now), row.due_at < now) for row in rows[:MOST]]
    context = {"rows": shown, "count": rows.count(), "late": sum(row.late for row in shown)}
    return render(request, "permits/claims.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, reference: str) -> HttpResponse:
    user = _reader(request)
    rows = Claim.objects.select_related("company", "account", "decided_by")
    claim = get_object_or_404(rows, reference=reference[:12].replace("\0", ""))
    if request.method == "POST" and request.POST.get("tindakan") == "tampilkan":
        with refusals_told(request):
            reveals.reveal(claim, request.POST.get("alasan", ""), by=user)
        return redirect("claims-one", claim.reference)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        accepted = form.cleaned_data["accepted"] == "yes"
        try:
            claims.decide(claim, by=user, decision=form.cleaned_data["decision"], accepted=accepted)
        except claims.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("claims-one", claim.reference)
        messages.success(request, _("Decided. The sender is told where they left an address."))
        return redirect("claims-desk")
    now, revealed = timezone.now(), reveals.shows(claim, user)
    context = {
        "claim": claim,
        "form": form,
        "facts": _facts(claim, revealed),
        "text": claim.message if revealed else mask_within(claim.message),
        "revealed": revealed,
        "reasons": reveals.WHY_TOLD,
        "clock": clock(claim, now),
        "late": claim.due_at < now,
        "ownership": claim.kind == ClaimKind.OWNERSHIP,
        "pages": range(1, claim.proof_pages + 1),
    }
    return render(request, "permits/claim.html", context, status=422 if form.errors else 200)


@require_safe
def proof(request: HttpRequest, reference: str) -> HttpResponse:
    claim = _proved(request, reference)
    return serving.original(request, claim.proof, f"{claim.reference}.{claim.proof_kind}")


@require_safe
def proof_page(request: HttpRequest, reference: str, n: int) -> HttpResponse:
    """Drawn anew: what the sender's file could do, this cannot."""
    claim = _proved(request, reference)
    if not 1 <= n <= claim.proof_pages:
        raise Http404
    return serving.page(request, claim.proof, n)


def _proved(request: HttpRequest, reference: str) -> Claim:
    user = _reader(request)
    with_proof = Claim.objects.exclude(proof="")
    claim = get_object_or_404(with_proof, reference=reference[:12].replace("\0", ""))
    reveals.proof_opened(claim, by=user)
    return claim


def clock(claim: Claim, now: datetime) -> str:
    """In whole hours, the way the law counts: 3 x 24."""
    hours = int(abs((claim.due_at - now).total_seconds()) // 3600)
    if claim.due_at < now:
        return ngettext("%(n)d hour late", "%(n)d hours late", hours) % {"n": hours}
    return ngettext("%(n)d hour left", "%(n)d hours left", hours) % {"n": hours}


def _facts(claim: Claim, revealed: bool) -> list[tuple[str, Any]]:
    wants = {"location": _("exact place"), "contact": _("contact")}
    asked = ", ".join(words for what, words in wants.items() if claim.wants.get(what))
    sender = claim.sender if revealed else DOTS if claim.sender else ""
    name = claim.account.get_username() if claim.account else ""
    account = name if revealed else DOTS if name else ""
    rows: list[tuple[str, Any]] = [
        (_("Sender"), sender or _("not given")),
        (_("Contact"), (claim.contact if revealed else mask(claim.contact)) or _("not given")),
        (_("Account"), account or _("without an account")),
    ]
    if claim.kind == ClaimKind.OWNERSHIP:
        fits = (
            _("fits our register") if claim.nib == claim.company.nib else _("is not the one in our register")
        )
        nib = f"{claim.nib} ({fits})" if claim.nib and claim.company.nib else claim.nib
        rows += [(_("NIB"), nib or _("not given")), (_("Consent asked for"), asked or _("none"))]
    return rows
