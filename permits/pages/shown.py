"""How an application is told: to its applicant in public words, to staff in the office's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from permits import steps
from permits.models import EDITABLE, FINAL, Application, CorrectionItem, Event
from permits.models import ApplicationStatus as Status
from permits.pages.forms import form_for
from permits.workflow import MOVES, PUBLIC


@dataclass(frozen=True)
class Line:
    application: Application
    status: str | Promise
    kind: str  # info, good, warn, bad: how it sounds
    next: str  # what the applicant may do


def sounds(status: str) -> str:
    if status == Status.ISSUED:
        return "good"
    if status == Status.REFUSED:
        return "bad"
    return "warn" if status in (Status.RETURNED, Status.PAYMENT) else "info"


def line(application: Application) -> Line:
    todo = {
        Status.DRAFT: _("Continue filling in"),
        Status.RETURNED: _("Put right and send again"),
        Status.PAYMENT: _("Pay the fee"),
    }
    status = Status(application.status)
    return Line(application, PUBLIC[status], sounds(status), todo.get(status, ""))


@dataclass(frozen=True)
class Moment:
    label: str | Promise
    at: datetime
    note: str
    current: bool


def progress(events: Sequence[Event]) -> list[Moment]:
    """The public's timeline, the newest first: one line for each public label, not for each desk."""
    found: list[Moment] = []
    for event in events:
        label = PUBLIC[Status(event.target)]
        told = event.note if event.move in MOVES and MOVES[event.move].tells else ""
        if not found or str(found[-1].label) != str(label) or told:
            found.append(Moment(label, event.at, told, False))
    if found:
        newest = found.pop()
        found.append(Moment(newest.label, newest.at, newest.note, events[-1].target not in FINAL))
    return found[::-1]


def late(application: Application, today: date | None = None) -> bool:
    today = today or timezone.localdate()
    open_ = application.status not in FINAL and application.status not in EDITABLE
    return bool(open_ and application.promised_on and application.promised_on < today)


def asked(application: Application) -> list[CorrectionItem]:
    """The corrections that were sent, the newest first."""
    sent = CorrectionItem.objects.filter(correction__application=application)
    return list(sent.filter(correction__event__isnull=False).order_by("-id"))


def open_corrections(application: Application) -> list[CorrectionItem]:
    """Not answered yet: what the applicant has to do."""
    if application.status != Status.RETURNED:
        return []
    return [item for item in asked(application) if item.answered_at is None]


@dataclass(frozen=True)
class Group:
    slug: str
    title: str | Promise
    facts: list[tuple[str, str]]


def groups(application: Application) -> list[Group]:
    """The answers as they are read, step by step."""
    found = []
    for step in steps.steps(application):
        texts = step.texts(application)
        form = form_for(step, texts, application=application, by=None)
        facts = []
        for field in form:
            value = texts.get(field.name, "")
            if isinstance(field.field, forms.ChoiceField) and value:
                several = isinstance(field.field, forms.MultipleChoiceField)
                labels = dict(field.field.choices)  # type: ignore[arg-type]
                value = ", ".join(
                    str(labels.get(one, one)) for one in (value.split(",") if several else [value])
                )
            if field.widget_type == "checkbox":
                value = _("Yes") if value else _("No")
            facts.append((str(field.label), value))
        found.append(Group(step.slug, step.title, facts))
    return found
