"""A version of a type as the applicant and the holder will see it, with invented data marked as such."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from geoportal.accounts.signer import Signer
from permits import numbers, steps
from permits.definitions import WRITTEN, Definition, LetterText, Question, QuestionKind, definition_of
from permits.letters.content import Content, Field, Kind, letterhead
from permits.letters.render import render
from permits.letters.wording import words_of
from permits.models import Application, Purpose, TypeVersion
from permits.pages.forms import StepForm, form_for

EXAMPLE = "Contoh"  # what every invented value begins with


def screens(version: TypeVersion, *, by: User) -> list[tuple[str, StepForm]]:
    """Title and empty form of each screen, in the order of the form. Nothing is stored."""
    application = Application(version=version, purpose=Purpose.NEW)
    found = []
    for step in steps.steps(application):
        form = form_for(step, {}, application=application, by=by)
        form.errors.clear()
        found.append((str(step.title), form))
    return found


def letter_text(version: TypeVersion) -> LetterText | None:
    definition = definition_of(version)
    return definition.letter.filled(_values(version, definition)) if definition.letter else None


def letter_pdf(version: TypeVersion) -> bytes:
    """The letter as a PDF that says on every page that it is no permit. Raises CannotRender."""
    definition = definition_of(version)
    values = _values(version, definition)
    text = letter_text(version) or LetterText(title=version.type.name)
    fields = [Field(_("Name"), values["holder"]), Field(_("Address"), values["address"])]
    fields += [Field(q.label, values[q.key], personal=q.personal) for q in _written(definition)]
    content = Content(
        letterhead=letterhead(),
        text=words_of(text),
        english=words_of(text.bilingual) if text.bilingual else None,
        number=values["number"],
        place_and_day=values["issued_on"],
        holder=values["holder"],
        fields=tuple(fields),
        copies_to=text.copies_to,
        signer=Signer(f"{EXAMPLE} Nama Kepala", f"{EXAMPLE} Jabatan"),
    )
    return render(Kind.PERMIT, content, draft=True)


def _values(version: TypeVersion, definition: Definition) -> dict[str, str]:
    today = timezone.localdate()
    values = {question.key: _example(question, today) for question in _written(definition)}
    return values | {
        "number": numbers.format_number(definition.number_template, 1, on=today, code=version.type.code),
        "type": version.type.name,
        "holder": f"{EXAMPLE} Pemegang Izin",
        "applicant": f"{EXAMPLE} Pemohon",
        "company": f"{EXAMPLE} Usaha",
        "nib": f"{EXAMPLE} NIB",
        "address": f"{EXAMPLE}: Jalan Percontohan No. 1",
        "village": f"{EXAMPLE} Kelurahan",
        "issued_on": date_format(today, "j F Y"),
        "valid_until": f"{EXAMPLE}: " + date_format(today.replace(year=today.year + 1, day=1), "j F Y"),
    }


def _written(definition: Definition) -> Iterator[Question]:
    return (question for question in definition.questions if question.kind in WRITTEN)


def _example(question: Question, today: date) -> str:
    made: dict[QuestionKind, Any] = {
        QuestionKind.NUMBER: question.minimum if question.minimum is not None else 2,
        QuestionKind.DATE: date_format(today, "j F Y"),
        QuestionKind.YES_NO: _("Yes"),
        QuestionKind.CHOICE: question.options[0][1] if question.options else "",
    }
    return f"{EXAMPLE}: {made.get(question.kind, question.label)}"
