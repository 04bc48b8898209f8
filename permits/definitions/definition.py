"""A whole definition: read from a version of a type, written back, priced."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from permits import numbers
from permits.definitions.formula import Formula, FormulaError, Type
from permits.definitions.parts import (
    ALL_PURPOSES,
    PLAIN_VISIT,
    Condition,
    DefinitionError,
    DocumentRule,
    LetterText,
    Question,
    QuestionKind,
    VisitRule,
)
from permits.definitions.reading import (
    Finite,
    Reader,
    read_documents,
    read_letter,
    read_questions,
    read_visit,
)
from permits.models import TypeVersion

_PRICED: Final[Mapping[QuestionKind, Type]] = {
    QuestionKind.NUMBER: "number",
    QuestionKind.YES_NO: "number",
    QuestionKind.CHOICE: "text",
}
# a letter names these by a word or two, a place by coordinates or size; a file or a list of rows is no word
WRITTEN: Final = frozenset(QuestionKind) - {QuestionKind.FILE, QuestionKind.GROUP}


_NUMBER: Final = "{seq:04}/{code}/{month_roman}/{year}"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a type asks, needs, costs and writes. `fee` None: no fee, or one that is not computed here."""

    questions: tuple[Question, ...] = ()
    documents: tuple[DocumentRule, ...] = ()
    service_days: int | None = None
    fee: Formula | None = None
    validity_months: int | None = None
    needs_inspection: bool = False
    inspection: VisitRule = PLAIN_VISIT
    number_template: str = _NUMBER
    letter: LetterText | None = None
    procedure: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: Any) -> "Definition":
        """Raises DefinitionError with every problem at once."""
        problems: list[str] = []
        reader = Reader(data, "", problems, (field.name for field in fields(cls)))
        known: Finite = {}
        questions = read_questions(reader, known)
        documents = read_documents(reader, known)
        names = {question.key for question in questions if question.kind in WRITTEN}
        letter = None
        if reader.data.get("letter") is not None:
            letter = read_letter(reader.data["letter"], "letter", problems, names)
        definition = cls(
            questions=questions,
            documents=documents,
            service_days=reader.whole("service_days", 0, 365),
            fee=_fee(reader, questions),
            validity_months=reader.whole("validity_months", 1, 1200),
            needs_inspection=reader.flag("needs_inspection", False),
            inspection=read_visit(reader.data.get("inspection", {}), problems),
            number_template=_number_template(reader),
            letter=letter,
            procedure=reader.texts("procedure"),
        )
        if problems:
            raise DefinitionError(problems)
        return definition

    def dump(self) -> dict[str, Any]:
        """JSON that `parse` reads back to an equal definition; what is as by default is left away."""
        dumped: dict[str, Any] = _dump(self)
        return dumped

    def documents_for(self, purpose: str, values: Mapping[str, Any]) -> list[DocumentRule]:
        """What `purpose` asks, given the cleaned answers."""
        return [
            rule for rule in self.documents if purpose in rule.purposes and is_shown(rule.shown_if, values)
        ]


def is_shown(condition: Condition | None, values: Mapping[str, Any]) -> bool:
    """`values` are cleaned answers: what is hidden itself is not in them, and hides what hangs on it."""
    if condition is None:
        return True
    value = values.get(condition.key)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return value in condition.equals


def fee_of(definition: Definition, values: Mapping[str, Any]) -> Decimal | None:
    """Whole rupiah by the type's formula. None: it has none, or an answer that it needs is missing."""
    return definition.fee.amount(values) if definition.fee else None


def definition_of(version: TypeVersion) -> Definition:
    """Raises DefinitionError. Read once for the same content."""
    return _parsed(json.dumps(version.definition, sort_keys=True))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Definition:
    return Definition.parse(json.loads(text))


def _fee(reader: Reader, questions: tuple[Question, ...]) -> Formula | None:
    text = reader.text("fee", 500) if reader.data.get("fee") is not None else ""
    if not text:
        return None
    names = {question.key: _PRICED[question.kind] for question in questions if question.kind in _PRICED}
    try:
        return Formula.parse(text, names)
    except FormulaError as error:
        reader.wrong("fee", str(error))
        return None


def _number_template(reader: Reader) -> str:
    if "number_template" not in reader.data:
        return _NUMBER
    text = reader.text("number_template", 100, required=True)
    try:
        numbers.check_template(text or _NUMBER)
    except ValueError as error:
        reader.wrong("number_template", str(error))
    return text


def _dump(value: Any) -> Any:
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple):
        return [_dump(part) for part in value]
    if is_dataclass(value):
        found = {}
        for field in fields(value):
            part = getattr(value, field.name)
            if part != field.default and not (field.name == "purposes" and part == ALL_PURPOSES):
                found[field.name] = _dump(part)
        return found
    return value
