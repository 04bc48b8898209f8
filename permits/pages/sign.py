"""/petugas/tanda-tangan/: where the head signs, often on a tablet and often many letters at once."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from geoportal.accounts.models import User
from geoportal.accounts.second_factor import ask_again, second_factor_fresh
from geoportal.accounts.signer import may_sign
from permits import decisions, duties, signatures
from permits.letters import wording
from permits.letters.decision import KINDS
from permits.models import (
    Act,
    Application,
    ApplicationQuerySet,
    Decision,
    DecisionQuerySet,
    DecisionState,
    Event,
    Issuing,
    IssuingState,
)
from permits.models import ApplicationStatus as Status
from permits.pages.answers import key_of, site_of
from permits.pages.queue import staff_only
from permits.signatures import Chosen, Outcome, Result, Work

MOST = 25  # letters of one batch: they are signed while the browser waits
_LONGEST = 200  # characters of a passphrase


@dataclass(frozen=True)
class Waiting:
    """A case that can be signed; `verified`: this person verified it, so somebody else must sign."""

    application: Application
    verified: bool

    @property
    def letter(self) -> str:
        return str(wording.kind_of(self.application.draft).label)


@dataclass(frozen=True)
class Paper:
    """A decision about a permit that can be signed; `involved`: this person drafted or verified it."""

    decision: Decision
    involved: bool

    @property
    def letter(self) -> str:
        return str(KINDS[Act(self.decision.act)].label)


@dataclass(frozen=True)
class Stuck:
    """A letter that a crash, or an answer that never came, left between number and file."""

    key: str  # what the form sends
    label: str
    holder: str
    row: Issuing | None

    @property
    def unknown(self) -> bool:
        return self.row is not None and self.row.state in {IssuingState.UNKNOWN, IssuingState.DISPATCHED}


@sensitive_post_parameters("sandi")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    user = staff_only(request, lambda user: may_sign(user, timezone.localdate()))
    if not second_factor_fresh(request):
        return ask_again(request, then=reverse("sign"))
    if request.method != "POST":
        return _page(request, user)
    passphrase = request.POST.get("sandi", "")[:_LONGEST]
    if "lanjutkan" in request.POST:
        results = _go_on(request, user, passphrase)
    else:
        chosen = _chosen(request)
        if not chosen:
            messages.error(request, _("Choose at least one letter."))
            return redirect("sign")
        results = signatures.sign_all(
            chosen, by=user, passphrase=passphrase, site=site_of(request), second_factor=True
        )
    done = sum(one.outcome is Outcome.ISSUED for one in results)
    if done:
        text = ngettext("%d letter was signed and issued.", "%d letters were signed and issued.", done)
        messages.success(request, text % done)
    if done == len(results):
        return redirect("sign")
    return _page(request, user, results=[one for one in results if one.outcome is not Outcome.ISSUED])


def _chosen(request: HttpRequest) -> list[Work]:
    """ "<public id>.<events seen>" of each; the application may have moved on, which the move finds."""
    seen = dict(value.split(".", 1) for value in request.POST.getlist("berkas") if "." in value)
    picked = {key: value for key, value in list(seen.items())[:MOST] if value.isdecimal() and len(value) < 9}
    rows = _rows().filter(public_id__in=picked).order_by("due_on", "pk")
    found: list[Work] = [Chosen(row, int(picked[row.public_id])) for row in rows]
    keys = [key for key in map(key_of, request.POST.getlist("putusan")[:MOST]) if key is not None]
    return (found + [decisions.Chosen(row) for row in _papers().filter(pk__in=keys)])[:MOST]


def _go_on(request: HttpRequest, user: User, passphrase: str) -> list[Result]:
    work, row = _begun(request.POST["lanjutkan"][:20])
    if work is None or row is None:
        messages.info(request, _("This letter is finished already."))
        return []
    sure = "pasti" in request.POST
    return [signatures.carry_on(work, row, by=user, passphrase=passphrase, site=site_of(request), again=sure)]


def _begun(key: str) -> tuple[Work | None, Issuing | None]:
    """What the key of a Stuck names, if it still waits."""
    if key.startswith(decisions.SUBJECT):
        pk = key_of(key.removeprefix(decisions.SUBJECT))
        decision = _papers().filter(pk=pk or 0, state=DecisionState.ISSUING).first()
        letter = Issuing.objects.open().filter(subject=key).first()
        return (decisions.Chosen(decision) if decision else None), letter
    application = _rows().filter(public_id=key, status=Status.ISSUING).first()
    return (Chosen(application), signatures.issuing_of(application)) if application else (None, None)


def _papers() -> DecisionQuerySet:
    return Decision.objects.open().select_related("permit__type", "permit__company").order_by("pk")


def _rows() -> ApplicationQuerySet:
    return Application.objects.filed().select_related(
        "version__type", "company", "draft", "former", "applicant"
    )


def _page(request: HttpRequest, user: User, *, results: list[Result] | None = None) -> HttpResponse:
    rows = list(_rows().filter(status=Status.SIGNING).order_by("due_on", "pk")[:MOST])
    verified = set(
        Event.objects.filter(application__in=rows, move__in=duties.APART["sign"], by=user).values_list(
            "application_id", flat=True
        )
    )
    papers = [
        Paper(row, user.pk in (row.drafted_by_id, row.verified_by_id))
        for row in _papers().filter(state=DecisionState.VERIFIED)[:MOST]
    ]
    context = {
        "waiting": [Waiting(row, row.pk in verified) for row in rows],
        "papers": papers,
        "more": Application.objects.filter(status=Status.SIGNING).count() - len(rows),
        "stuck": _stuck(),
        "results": results,
        "most": MOST,
    }
    return render(request, "permits/sign.html", context, status=422 if results else 200)


def _stuck() -> list[Stuck]:
    cases = list(_rows().filter(status=Status.ISSUING).order_by("pk")[:MOST])
    papers = list(_papers().filter(state=DecisionState.ISSUING)[:MOST])
    subjects = [signatures.subject(one) for one in cases] + [decisions.subject(one) for one in papers]
    rows = {row.subject: row for row in Issuing.objects.open().filter(subject__in=subjects)}
    return [
        Stuck(
            one.public_id,
            str(one),
            one.company.name if one.company else one.holder_name,
            rows.get(signatures.subject(one)),
        )
        for one in cases
    ] + [
        Stuck(
            decisions.subject(one),
            one.permit.number,
            one.permit.company.name,
            rows.get(decisions.subject(one)),
        )
        for one in papers
    ]
