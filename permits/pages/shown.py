"""How an application is told: to its applicant in public words, to staff in the office's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from geoportal.masking import mask
from permits import corrections, questions, steps
from permits.definitions import DocumentRule, QuestionKind, definition_of
from permits.models import EDITABLE, FINAL, Application, Concerns, CorrectionItem, Event, Upload
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


@dataclass(frozen=True)
class Answer:
    name: str  # of its field
    label: str
    value: str


@dataclass(frozen=True)
class Group:
    slug: str
    title: str | Promise
    concerns: Concerns
    answers: list[Answer]

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(one.label, one.value) for one in self.answers]


def groups(application: Application) -> list[Group]:
    """The answers as they are read, step by step."""
    found = []
    for step in steps.steps(application):
        texts = step.texts(application)
        form = form_for(step, texts, application=application, by=None)
        read = _read(application, step) if isinstance(step, steps.QuestionStep) else {}
        answers = []
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
            answers.append(Answer(field.name, str(field.label), read.get(field.name, value)))
        found.append(Group(step.slug, step.title, step.concerns, answers))
    return found


#: Beside the type's own personal questions.
_CONTACT = frozenset({"applicant_phone", "applicant_email"})


def masked(groups: Iterable[Group], application: Application) -> list[Group]:
    """The same with personal answers hidden; files stay links, whose opening is kept: permits.reveals."""
    secret = questions.personal_keys(definition_of(application.version))

    def hidden(one: Answer) -> Answer:
        key = one.name.removeprefix(questions.PREFIX).partition(".")[0]
        personal = one.name in _CONTACT or (one.name.startswith(questions.PREFIX) and key in secret)
        if not personal or isinstance(one.value, SafeString):
            return one
        return replace(one, value=mask(one.value))

    return [replace(group, answers=[hidden(one) for one in group.answers]) for group in groups]


@dataclass(frozen=True)
class Request:
    """A request for correction with what it is about. `href`: where in the form that is put right."""

    item: CorrectionItem
    label: str
    value: str = ""
    href: str = ""


def requests(
    items: Iterable[CorrectionItem], groups: Sequence[Group], rules: Sequence[DocumentRule], public_id: str
) -> list[Request]:
    """In the words of the form; what a changed form no longer asks keeps its kind."""
    known = {
        (group.concerns, one.name): (
            one.label,
            one.value,
            f"{reverse('apply-step', args=[public_id, group.slug])}#id_{one.name}",
        )
        for group in groups
        for one in group.answers
    }
    papers = reverse("apply-papers", args=[public_id])
    known |= {
        (Concerns.DOCUMENT, rule.key): (rule.label, "", f"{papers}#dokumen-{rule.key}") for rule in rules
    }
    whole = {group.concerns: reverse("apply-step", args=[public_id, group.slug]) for group in groups}
    found = []
    for item in items:
        kind = Concerns(item.concerns)
        label, value, href = known.get((kind, item.key), (str(kind.label), "", whole.get(kind, "")))
        found.append(Request(item, label, value, href))
    return found


def beside(application: Application) -> dict[str, list[CorrectionItem]]:
    """While a file is returned: what is asked for, by the field or document that it concerns."""
    found: dict[str, list[CorrectionItem]] = {}
    if application.status == Status.RETURNED:
        for item in corrections.asked(application):
            found.setdefault(f"{item.concerns}.{item.key}", []).append(item)
    return found


def _read(application: Application, step: steps.QuestionStep) -> dict[str, str]:
    """Places and files in words, by the name of their field."""
    answers, asked = application.all_answers, step.screen.questions
    found: dict[str, str] = {}
    files: dict[str, str] = {}
    rows = {q.key: len(answers.get(q.key) or []) for q in asked if q.kind is QuestionKind.GROUP}
    for name, _label, question in questions.fields(asked, rows):
        value = _at(answers, name.removeprefix(questions.PREFIX))
        if question.kind is QuestionKind.FILE and isinstance(value, str) and value:
            files[name] = value
        elif text := questions.read(question, value):
            found[name] = _("%s (outside the city)") % text if questions.outside(value) else text
    if files:
        given = Upload.objects.filter(public_id__in=files.values(), documents__application=application)
        known = {one.public_id: one for one in given}
        for name, value in files.items():
            found[name] = _link(known[value]) if value in known else ""
    return found


def _at(answers: Mapping[str, Any], name: str) -> Any:
    """The answer of "key", or of "key.row.key" in a group."""
    key, *inner = name.split(".")
    value = answers.get(key)
    return value[int(inner[0])].get(inner[1]) if inner and isinstance(value, list) else value


def _link(upload: Upload) -> str:
    return format_html('<a href="{}">{}</a>', reverse("upload-page", args=[upload.public_id, 1]), upload.name)
