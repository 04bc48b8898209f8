"""What a type needs for each purpose, and its fee: read from the version in use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from permits.definitions import (
    Definition,
    DefinitionError,
    Question,
    QuestionKind,
    clean,
    definition_of,
    fee_of,
)
from permits.models import PermitType, Purpose, TypeVersion, VersionState

_HEADINGS: Mapping[Purpose, Promise] = {
    Purpose.NEW: _("New permit"),
    Purpose.RENEWAL: _("Renewal"),
    Purpose.CHANGE: _("Change"),
    Purpose.COPY: _("Copy"),
    Purpose.CLOSURE: _("Closure at the holder's wish"),
}


def definition_in_use(kind: PermitType) -> Definition | None:
    version = TypeVersion.objects.filter(type=kind, state=VersionState.ACTIVE).first()
    try:
        return definition_of(version) if version else None
    except DefinitionError:
        return None  # written past the checks: the page says what the catalogue says


def needs(kind: PermitType, definition: Definition | None) -> list[tuple[str, list[str]]]:
    """Heading and documents; purposes that ask the same stand together."""
    lists = {
        Purpose.NEW: list(kind.documents),
        Purpose.RENEWAL: list(kind.renewal_documents),
    }
    if definition and definition.documents:
        lists = {
            purpose: [rule.label for rule in definition.documents if purpose in rule.purposes]
            for purpose in Purpose
        }
    found: list[tuple[str, list[str]]] = []
    for purpose, labels in lists.items():
        heading = str(_HEADINGS[purpose])
        if labels and found and found[-1][1] == labels:
            found[-1] = (f"{found[-1][0]}, {heading}", labels)
        elif labels:
            found.append((heading, labels))
    return found


@dataclass(frozen=True)
class Asked:
    """A field of the calculator: `options` are value, label, chosen."""

    name: str
    label: str
    help: str
    value: str
    error: str
    options: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class Calculator:
    fields: list[Asked]
    amount: Decimal | None
    tried: bool


def calculator(definition: Definition | None, given: Mapping[str, str]) -> Calculator | None:
    """Asks only what the formula reads; counts with the formula that the bill uses."""
    if definition is None or definition.fee is None:
        return None
    wanted = definition.fee.names()
    for question in reversed(definition.questions):
        if question.key in wanted and question.shown_if:
            wanted |= {question.shown_if.key}
    part = Definition(
        questions=tuple(question for question in definition.questions if question.key in wanted),
        fee=definition.fee,
    )
    answers = {key: given.get(key, "")[:100] for key in wanted}
    cleaned = clean(part, answers)
    tried = any(answers.values()) or not wanted
    fields = [
        Asked(
            question.key,
            question.label,
            question.help,
            answers[question.key],
            cleaned.errors.get(question.key, "") if tried else "",
            list(_options(question, answers[question.key])),
        )
        for question in part.questions
    ]
    amount = fee_of(part, cleaned.values) if tried and not cleaned.errors else None
    return Calculator(fields, amount, tried)


def _options(question: Question, chosen: str) -> Iterator[tuple[str, str, bool]]:
    pairs = question.options
    if question.kind is QuestionKind.YES_NO:
        pairs = (("yes", str(_("Yes"))), ("no", str(_("No"))))
    for value, label in pairs:
        yield value, label, value == chosen
