"""/petugas/permohonan/<public id>/: everything about one application, and exactly the moves allowed now."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role
from geoportal.accounts.signer import may_sign
from geoportal.geography.forms import LatLonField
from geoportal.masking import mask
from permits import (
    applications,
    clock,
    corrections,
    desks,
    documents,
    field,
    minutes,
    orders,
    reveals,
    signatures,
    workflow,
)
from permits.access import reached
from permits.completeness import rules
from permits.definitions import definition_of
from permits.models import (
    FINAL,
    Application,
    ApplicationSite,
    Concerns,
    CorrectionItem,
    Inspection,
    Verdict,
    Why,
)
from permits.models import ApplicationStatus as Status
from permits.pages import plans, shown
from permits.pages.answers import key_of, refusals_told, site_of
from permits.pages.queue import staff_only
from permits.refusals import Refused
from permits.workflow import MOVES, Transition

#: Moves that have a form of their own on the page, or another page.
_APART = frozenset({"report", "submit_draft", "sign", "sign_refusal", "submit", "resubmit"})
_WRITES = frozenset({"send_back", "send_back_signing", "settle", "cancel_inspection"})  # ask for a note

#: Whose letter is still a draft.
_DRAFTED = frozenset({Status.DRAFTING, Status.REVIEW, Status.PAYMENT, Status.SIGNING, Status.ISSUING})
_READERS = (Role.BACK_OFFICE, Role.OFFICIAL, Role.HEAD)
_QUIET = corrections.RETURNS | _WRITES | {"withdraw", "rethink", "draft_refusal"}


class ReportForm(forms.Form):
    """The visit in short; the field app writes the full Berita Acara."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    visited_on = forms.DateField(
        label=gettext_lazy("Visited on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    point = LatLonField(label=gettext_lazy("Point as found"), required=False)
    notes = forms.CharField(
        label=gettext_lazy("Findings"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("verdict") not in (None, Verdict.FITS) and not values.get("notes", "").strip():
            self.add_error("notes", _("Say what was found: the decision rests on it."))
        if values.get("visited_on") and values["visited_on"] > timezone.localdate():
            self.add_error("visited_on", _("A visit cannot lie in the future."))
        return values


class DraftForm(forms.Form):
    """Wording of this case. One condition a line, one addressee of a copy a line."""

    conditions = forms.CharField(
        label=gettext_lazy("Conditions"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One a line. Empty: the type's own."),
    )
    copies_to = forms.CharField(
        label=gettext_lazy("Copies to"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line. Empty: the type's own."),
    )
    reasons = forms.CharField(
        label=gettext_lazy("Reasons of the refusal"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    use_required_attribute = False


def reads_drafts(user: User) -> bool:
    """Those who write, verify and sign letters."""
    return holds(user, _READERS) or may_sign(user, timezone.localdate())


def case_of(request: HttpRequest, public_id: str) -> tuple[Application, User]:
    """One that was sent and came to a desk of this person; drafts are the applicant's own affair."""
    user = staff_only(request)
    rows = Application.objects.filed().select_related(
        "version__type", "company", "applicant", "assigned_to", "former", "permit", "draft", "filed_by"
    )
    mine = ExpressionWrapper(reached(user), BooleanField())
    rows = rows.annotate(revealed=reveals.shown_to(user), opens=mine)
    application = get_object_or_404(rows, public_id=public_id)
    if not getattr(application, "opens", False):
        raise PermissionDenied(_("This file has not come to a desk of yours."))
    return application, user


@never_cache
@require_safe
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    return _page(request, application, user)


@dataclass(frozen=True)
class Offered:
    """A move on the page. `note` asks for words, `strong` is the one next move."""

    move: Transition
    note: str = ""  # "", "optional" or "required"
    strong: bool = False


@dataclass(frozen=True)
class Desk:
    """What this person may do here now."""

    offered: list[Offered] = dataclasses.field(default_factory=list)
    collects: bool = False
    orders: bool = False
    reports: bool = False
    drafts: bool = False
    signs: bool = False
    previews: bool = False


def _desk(application: Application, user: User) -> Desk:
    moves = workflow.allowed_moves(application, user)
    names = {one.name for one in moves}
    shown_moves = [one for one in moves if one.name not in _APART]
    strong = next((one.name for one in shown_moves if one.name not in _QUIET), "")
    return Desk(
        offered=[
            Offered(one, "required" if one.name in _WRITES else "optional", one.name == strong)
            for one in shown_moves
        ],
        collects=bool(names & corrections.RETURNS),
        orders="order_inspection" in names,
        reports="report" in names,
        drafts="submit_draft" in names,
        signs=bool(names & {"sign", "sign_refusal"}),
        previews=_previews(application, user, names),
    )


class Marks:
    """What was asked for, by what it concerns: on the list to be sent, and on the one that was sent last."""

    def __init__(self, items: list[CorrectionItem]) -> None:
        self.collected = [item for item in items if item.correction.event is None]
        self.sent = [item for item in items if item.correction.event is not None]
        newest = self.sent[0].correction_id if self.sent else None
        self._collected = {(item.concerns, item.key): item for item in self.collected}
        self._sent = {(i.concerns, i.key): i for i in self.sent if i.correction_id == newest}

    def of(self, concerns: Concerns, key: str) -> tuple[CorrectionItem | None, CorrectionItem | None]:
        return self._collected.get((concerns, key)), self._sent.get((concerns, key))


def _previews(application: Application, user: User, names: set[str]) -> bool:
    if application.status == Status.SIGNING and "send_back_signing" in names:
        return True  # whoever signs today, and nobody else, is offered it
    if application.status == Status.SIGNING:
        return holds(user, _READERS)
    return application.status in _DRAFTED and reads_drafts(user)


def _page(
    request: HttpRequest,
    application: Application,
    user: User,
    *,
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    events = list(application.events.select_related("by").order_by("ordinal"))
    prefetch_related_objects(
        [application], Prefetch("sites", ApplicationSite.objects.select_related("village"))
    )
    sites = list(application.sites.all())
    items = list(
        CorrectionItem.objects.filter(correction__application=application)
        .select_related("correction__event", "by")
        .order_by("-id")
    )
    marks, groups, asked_for = Marks(items), shown.groups(application), rules(application)
    revealed = bool(application.revealed)  # type: ignore[attr-defined]  # annotated by case_of
    if not revealed:
        groups = shown.masked(groups, application)
    public_id = application.public_id
    desk, given = _desk(application, user), documents.given(application)
    today = timezone.localdate()
    reading = clock.read(clock.service_days(application), events, today)
    draft = getattr(application, "draft", None)
    reported = any("inspection" in event.facts for event in events)
    ordered = any("visit" in event.facts for event in events)
    reports = field.of_application(application) if ordered else []
    context = {
        "application": application,
        "kind": application.version.type,
        "status": Status(application.status).label,
        "sounds": shown.sounds(application.status),
        "desk": desk,
        "reading": reading,
        "overdue": reading.overdue(today),
        "soon": reading.soon(today),
        "groups": [(g, [(a, *marks.of(g.concerns, a.name)) for a in g.answers]) for g in groups],
        "sites": sites,
        "plan": plans.site(sites),
        "timeline": [(workflow.what(e), workflow.who(e), e) for e in reversed(events)],
        "collected": shown.requests(marks.collected, groups, asked_for, public_id),
        "sent": shown.requests(marks.sent, groups, asked_for, public_id),
        "concerns": [pair for pair in Concerns.choices if pair[0] not in ("question", "document")],
        "papers": [
            (rule, given.get(rule.key, []), *marks.of(Concerns.DOCUMENT, rule.key)) for rule in asked_for
        ],
        "notes": list(application.notes.select_related("by")),
        "visits": list(application.inspections.filter(report=None).select_related("by")) if reported else [],
        "site_reports": [(one, field.doubts(one)) for one in reports],
        "later_visits": field.later_visits(application),
        "related": desks.related_permits(application, sites),
        "letter": signatures.letter_of(application) if application.status in FINAL else None,
        "draft": draft,
        "draft_form": _draft_form(application) if draft else None,
        "differs": _differences(application) if draft else [],
        "visit_checklist": _checklist(application) if desk.orders else "",
        "report_form": report or ReportForm(initial={"visited_on": today}) if desk.reports else None,
        "seen": application.events_count,
        "contact": _contact(application, revealed),
        "revealed": revealed,
        "reasons": Why.choices,
    }
    return render(request, "permits/case.html", context, status=status)


def _contact(application: Application, revealed: bool) -> list[str]:
    told = [application.applicant_phone, application.applicant_email]
    return [one if revealed else mask(one) for one in told if one]


def _checklist(application: Application) -> str:
    return "\n".join(
        item["label"] for item in orders.checklist_of(definition_of(application.version).inspection)
    )


def _own_text(application: Application, name: str) -> list[str]:
    """What the type's letter says, for comparison."""
    letter = application.version.definition.get("letter") or {}
    return [str(line) for line in letter.get(name, [])]


def _draft_form(application: Application) -> DraftForm:
    draft = application.draft
    return DraftForm(
        initial={
            "conditions": "\n".join(draft.conditions or _own_text(application, "conditions")),
            "copies_to": "\n".join(draft.copies_to or _own_text(application, "copies_to")),
            "reasons": draft.reasons,
        }
    )


def _differences(application: Application) -> list[tuple[str, str, str]]:
    """Lines that the draft adds to (+) or takes from (-) the type's own text: what the official looks at."""
    found = []
    parts = (("conditions", _("Conditions")), ("copies_to", _("Copies to")))
    for name, label in parts:
        own, written = _own_text(application, name), getattr(application.draft, name)
        if written:
            found += [("+", label, line) for line in written if line not in own]
            found += [("-", label, line) for line in own if line not in written]
    return found


def _seen(request: HttpRequest) -> int | None:
    return key_of(request.POST.get("dilihat", ""))


@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    name = request.POST.get("langkah", "")
    with refusals_told(request):
        if name in _APART:
            raise Refused(_("This move has a form of its own."))
        data: dict[str, Any] = {"note": request.POST.get("catatan", "")[:2000]}
        if name == "order_inspection":
            data["checklist"] = request.POST.get("daftar", "")[:8000].splitlines()
            data["site"] = key_of(request.POST.get("lokasi", ""))
        workflow.apply(application, name, by=user, data=data, seen=_seen(request))
        messages.success(request, _("Done: %s.") % MOVES[name].done)
    return redirect("case", public_id)


@require_POST
def reveal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Unmasks personal data for an hour; why, is kept and told to the applicant."""
    application, user = case_of(request, public_id)
    with refusals_told(request):
        reveals.reveal(application, request.POST.get("alasan", ""), by=user)
    return redirect("case", public_id)


@require_POST
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    with refusals_told(request):
        applications.add_note(application, request.POST.get("teks", ""), by=user)
    return redirect("case", public_id)


@require_POST
def draft(request: HttpRequest, public_id: str) -> HttpResponse:
    """Saves the wording; with "serahkan" hands it in."""
    application, user = case_of(request, public_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The text is too long. Shorten it and save again."))
        return redirect("case", public_id)
    lines = {
        name: [line.strip() for line in form.cleaned_data[name].splitlines() if line.strip()]
        for name in ("conditions", "copies_to")
    }
    # what equals the type's own text follows the type: it is not kept as a change
    lines = {name: [] if text == _own_text(application, name) else text for name, text in lines.items()}
    with refusals_told(request):
        applications.write_draft(application, **lines, reasons=form.cleaned_data["reasons"], by=user)
        if "serahkan" in request.POST:
            workflow.apply(application, "submit_draft", by=user, seen=_seen(request))
            messages.success(request, _("Done: %s.") % MOVES["submit_draft"].done)
        else:
            messages.success(request, _("The draft was saved."))
    return redirect("case", public_id)


@require_POST
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    application, user = case_of(request, public_id)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, application, user, report=form, status=422)
    visit = Inspection(**form.cleaned_data)
    with refusals_told(request):
        minutes.hand_in(application, visit, by=user, site=site_of(request), seen=_seen(request))
        messages.success(request, _("Done: %s.") % MOVES["report"].done)
    return redirect("case", public_id)
