"""/petugas/izin/: an issued permit, and what the office decides about it: drafted, verified, then signed."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.models import Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign
from permits import decisions, life
from permits.letters import store
from permits.letters.content import DECISIONS
from permits.letters.decision import KINDS, decision_letter
from permits.letters.render import CannotRender
from permits.letters.render import render as set_letter
from permits.models import Act, Application, Decision, DecisionState, Letter, Permit
from permits.pages.answers import private, refusals_told
from permits.pages.apply import who
from permits.pages.case import reads_drafts
from permits.pages.queue import staff_only
from permits.refusals import Refused

_BUTTONS = {
    Act.SUSPEND: gettext_lazy("Suspend"),
    Act.REVOKE: gettext_lazy("Revoke"),
    Act.REINSTATE: gettext_lazy("Put back in force"),
}
_WAITING = 50  # decisions listed


class DecisionForm(forms.Form):
    act = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One reason a line. The letter numbers them."),
    )
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        max_length=300,
        help_text=gettext_lazy("Goes on from “Based on”, as in: Article 12 of Regional Regulation No. 3"),
    )
    use_required_attribute = False

    def __init__(self, permit: Permit, open_: Decision | None, data: QueryDict | None) -> None:
        known = {"act": open_.act, "reason": open_.reason, "legal_basis": open_.legal_basis} if open_ else {}
        super().__init__(data, initial=known or {"legal_basis": permit.type.legal_basis})
        choices = [(act.value, _BUTTONS[act]) for act in life.possible(permit)]
        self.fields["act"].choices = choices  # type: ignore[attr-defined]


@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By its number, as it stands on the letter; beneath, the decisions that wait for somebody."""
    staff_only(request)
    number = " ".join(request.GET.get("nomor", "").replace("\0", "")[:100].split())
    found = Permit.objects.filter(number=number).first() if number else None
    if found is not None:
        return redirect("permit-life", found.public_id)
    waiting = Decision.objects.open().select_related("permit__type", "permit__company")[:_WAITING]
    return render(request, "permits/life_find.html", {"number": number, "waiting": waiting})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def permit(request: HttpRequest, public_id: str) -> HttpResponse:
    user = staff_only(request)
    found = get_object_or_404(Permit.objects.select_related("type", "company"), public_id=public_id)
    waits = found.decisions.open().select_related("drafted_by", "verified_by").first()
    form = DecisionForm(found, waits, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            decisions.draft(
                found, Act(told["act"]), reason=told["reason"], legal_basis=told["legal_basis"], by=user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft was saved. An official verifies it next."))
            return redirect("permit-life", public_id)
    drafted = waits is not None and waits.state == DecisionState.DRAFTED
    writes = user.has_role(Role.BACK_OFFICE) and (waits is None or drafted)
    context = {
        "permit": found,
        "status": life.status_of(found),
        "acts": list(found.acts.select_related("by", "document").order_by("-id")),
        "form": form if form.errors or (writes and form.fields["act"].choices) else None,  # type: ignore[attr-defined]
        "waits": waits,
        "version": decisions.version(waits) if waits else "",
        "may_read": reads_drafts(user),
        "may_verify": drafted and user.has_role(Role.OFFICIAL),
        "may_return": waits is not None and waits.state != DecisionState.ISSUING and _returns(user),
        "may_sign": waits is not None and waits.state == DecisionState.VERIFIED and _signs(user),
        "may_drop": waits is not None and waits.state != DecisionState.ISSUING and (writes or _returns(user)),
    }
    return render(request, "permits/life.html", context, status=422 if form.errors else 200)


def _signs(user: User) -> bool:
    return may_sign(user, timezone.localdate())


def _returns(user: User) -> bool:
    return user.has_role(Role.OFFICIAL) or _signs(user)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Verifies, sends back or drops what was drafted."""
    user = staff_only(request)
    row = get_object_or_404(Decision.objects.select_related("permit"), pk=pk)
    step, note = request.POST.get("langkah", ""), request.POST.get("catatan", "")[:500]
    with refusals_told(request):
        if step == "verifikasi":
            decisions.verify(row, by=user, seen=request.POST.get("dilihat", ""))
            messages.success(request, _("Verified. It waits for the head of office to sign."))
        elif step in ("kembalikan", "batalkan"):
            decisions.send_back(row, note=note, by=user, drop=step == "batalkan")
            messages.success(request, _("Done: %s.") % DecisionState(row.state).label)
        else:
            raise Refused(_("There is no such move. Load the page again and choose from what it offers."))
    return redirect("permit-life", row.permit.public_id)


@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would be signed today, each page marked as a draft: to who writes and signs."""
    staff_only(request, reads_drafts)
    row = get_object_or_404(Decision.objects.open().select_related("permit__type", "permit__company"), pk=pk)
    content = decision_letter(row, on=timezone.localdate()).numbered("…")
    try:
        pdf = set_letter(KINDS[Act(row.act)], content, draft=True)
    except CannotRender as error:
        raise Http404 from error
    return private(pdf, filename=f"draf-putusan-{row.pk}.pdf")


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed letter: to staff, to who applied for the permit, and to the people of its holder."""
    user = who(request)
    found = get_object_or_404(Letter.objects.select_related("permit"), pk=pk, kind__in=DECISIONS)
    if not _reads(user, found):
        raise PermissionDenied
    try:
        pdf = store.get(found.file)
    except store.Damaged as error:
        raise Http404 from error
    return private(pdf, filename=f"surat-{found.kind}-{found.pk}.pdf", attach=True)


def _reads(user: User, found: Letter) -> bool:
    if user.works_here:
        return True
    assert found.permit is not None  # noqa: S101  # a decision is about one
    return (
        Application.objects.filter(permit=found.permit, applicant=user).exists()
        or Membership.objects.filter(user=user, company=found.permit.company_id).exists()
    )
