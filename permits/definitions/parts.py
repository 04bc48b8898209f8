"""What a definition is made of. Plain, frozen data; `parse` has checked whatever is in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from permits.models import Purpose


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    POINT = "point"
    POLYGON = "polygon"
    COMPANY = "company"
    COMMODITY = "commodity"
    FILE = "file"
    GROUP = "group"


class TextFormat(StrEnum):
    """What a text must be, beyond a text."""

    ANY = ""
    NIK = "nik"
    NPWP = "npwp"
    NIB = "nib"
    PHONE = "phone"
    EMAIL = "email"


class DefinitionError(ValueError):
    """`problems`: everything that is wrong, each with the place of it ("questions.2.key: …")."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Condition:
    """True when the answer to `key`, a choice or yes/no ("yes", "no"), is one of `equals`."""

    key: str
    equals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """`minimum` and `maximum` bound a number, the characters of a text or the rows of a group."""

    key: str
    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    shown_if: Condition | None = None
    questions: tuple["Question", ...] = ()
    personal: bool = False
    step: str = ""
    format: TextFormat = TextFormat.ANY


ALL_PURPOSES: Final = tuple(Purpose(value) for value in Purpose.values)


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """`keeps_months`: how long what was given once is offered again; None: it is asked each time."""

    key: str
    label: str
    required: bool = True
    purposes: tuple[Purpose, ...] = ALL_PURPOSES
    shown_if: Condition | None = None
    keeps_months: int | None = None


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One thing that a site visit looks at."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class VisitRule:
    """How a site is visited. No checklist: the general one. `far`: metres from the declared point."""

    checklist: tuple[CheckItem, ...] = ()
    inspectors: int = 1
    far: int = 200


PLAIN_VISIT: Final = VisitRule()


# what every letter may name besides the answers
LETTER_FIELDS: Final = (
    "number", "type", "holder", "applicant", "company", "nib", "address", "village",
    "issued_on", "valid_until",
)  # fmt: skip
FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class LetterText:
    """The words of the letter; `{key}` stands for an answer or one of LETTER_FIELDS."""

    title: str
    paragraphs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    closing: str = ""
    bilingual: "LetterText | None" = None

    def filled(self, values: Mapping[str, str]) -> "LetterText":
        """With each field replaced by its value, or by "…" where there is none."""

        def fill(text: str) -> str:
            return FIELD.sub(lambda match: values.get(match[1]) or "…", text)

        return replace(
            self,
            title=fill(self.title),
            paragraphs=tuple(map(fill, self.paragraphs)),
            conditions=tuple(map(fill, self.conditions)),
            copies_to=tuple(map(fill, self.copies_to)),
            closing=fill(self.closing),
            bilingual=self.bilingual.filled(values) if self.bilingual else None,
        )
