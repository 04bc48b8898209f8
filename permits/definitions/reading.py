"""Reads the parts of a definition from plain data and notes everything that is wrong with them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from permits.definitions.parts import (
    ALL_PURPOSES,
    FIELD,
    LETTER_FIELDS,
    PLAIN_VISIT,
    CheckItem,
    Condition,
    DocumentRule,
    LetterText,
    Question,
    QuestionKind,
    TextFormat,
    VisitRule,
)
from permits.models import Purpose

Choice = TypeVar("Choice", bound=Enum)
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_PARTS: Final = 200
MOST_NUMBER: Final = Decimal(10) ** 12
YES_NO: Final = ("yes", "no")
_BOUNDED: Final = (QuestionKind.NUMBER, QuestionKind.TEXT, QuestionKind.LONG_TEXT, QuestionKind.GROUP)
_unstorable: Final = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> bool:
    """PostgreSQL takes neither NUL nor half of a surrogate pair."""
    return not _unstorable.search(text)


class Reader:
    """One table of the definition, read key by key; problems of all tables go into one list."""

    def __init__(self, data: Any, place: str, problems: list[str], known: Iterable[str]) -> None:
        self.place, self.problems = place, problems
        self.data: Mapping[Any, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.wrong("", _("is not a table of keys and values."))
        known = set(known)
        for key in self.data:
            if key not in known:
                self.wrong(str(key)[:40], _("is not known here; known are %s.") % ", ".join(sorted(known)))

    def at(self, key: str) -> str:
        return ".".join(part for part in (self.place, key) if part) or "-"

    def wrong(self, key: str, reason: str) -> None:
        self.problems.append(f"{self.at(key)}: {reason}")

    def text(self, key: str, longest: int = 300, *, required: bool = False) -> str:
        value = self.data.get(key, "")
        if not isinstance(value, str) or not storable(value):
            self.wrong(key, _("is not a text."))
            return ""
        if required and not value.strip():
            self.wrong(key, _("is missing."))
        if len(value) > longest:
            self.wrong(key, _("is longer than %d characters.") % longest)
        return value

    def texts(self, key: str, longest: int = 1000) -> tuple[str, ...]:
        found = []
        for n, value in enumerate(self.list(key)):
            if not isinstance(value, str) or not value.strip() or not storable(value) or len(value) > longest:
                self.wrong(f"{key}.{n}", _("is not a text of at most %d characters.") % longest)
            else:
                found.append(value)
        return tuple(found)

    def list(self, key: str) -> Sequence[Any]:
        value = self.data.get(key, [])
        if not isinstance(value, list | tuple) or len(value) > MOST_PARTS:
            self.wrong(key, _("is not a list of at most %d parts.") % MOST_PARTS)
            return []
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, _("is neither true nor false."))
            return default
        return value

    def whole(self, key: str, lowest: int, highest: int) -> int | None:
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            bounds = {"lowest": lowest, "highest": highest}
            self.wrong(key, _("is not a whole number from %(lowest)d to %(highest)d.") % bounds)
            return None
        return value

    def number(self, key: str) -> Decimal | None:
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.wrong(key, _("is not a number."))
            return None
        found = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if not found.is_finite() or abs(found) > MOST_NUMBER:
            self.wrong(key, _("is not a number."))
            return None
        return found

    def one_of(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice | None:
        value = self.data.get(key, default.value if default is not None else None)
        for choice in choices:
            if isinstance(value, str) and choice.value == value:
                return choice
        self.wrong(key, _("is not one of %s.") % ", ".join(str(c.value) or "''" for c in choices))
        return default

    def key(self, taken: set[str]) -> str:
        key = self.text("key", 40, required=True)
        if key and not KEY.fullmatch(key):
            self.wrong("key", _("is not made of small letters, digits and _, a letter first."))
        elif key in taken:
            self.wrong("key", _("“%s” is used twice.") % key)
        taken.add(key)
        return key


Finite = dict[str, tuple[str, ...]]  # questions that a condition may ask, each with its answers


def read_condition(reader: Reader, known: Finite) -> Condition | None:
    if reader.data.get("shown_if") is None:
        return None
    inner = Reader(reader.data["shown_if"], reader.at("shown_if"), reader.problems, ("key", "equals"))
    key, equals = inner.text("key", 40, required=True), inner.texts("equals")
    if key not in known:
        inner.wrong("key", _("is no choice or yes/no question that stands before."))
    elif not equals or not set(equals) <= set(known[key]):
        inner.wrong("equals", _("is not one or several of %s.") % ", ".join(known[key]))
    return Condition(key, equals)


_QUESTION_KEYS = (
    "key", "kind", "label", "help", "required", "options", "minimum", "maximum", "shown_if", "questions",
    "personal", "step", "format",
)  # fmt: skip


def read_questions(reader: Reader, known: Finite, *, in_group: bool = False) -> tuple[Question, ...]:
    taken: set[str] = set()
    found = []
    for n, data in enumerate(reader.list("questions")):
        inner = Reader(data, reader.at(f"questions.{n}"), reader.problems, _QUESTION_KEYS)
        question = _question(inner, taken, known, in_group)
        found.append(question)
        if question.kind is QuestionKind.CHOICE:
            known[question.key] = tuple(value for value, _label in question.options)
        elif question.kind is QuestionKind.YES_NO:
            known[question.key] = YES_NO
        else:
            known.pop(question.key, None)  # of a group: hides one of the same name outside
    return tuple(found)


def _question(reader: Reader, taken: set[str], known: Finite, in_group: bool) -> Question:
    kind = reader.one_of("kind", QuestionKind) or QuestionKind.TEXT
    questions: tuple[Question, ...] = ()
    if kind is QuestionKind.GROUP and in_group:
        reader.wrong("kind", _("is a group in a group, which no form can show."))
    elif kind is QuestionKind.GROUP:
        questions = read_questions(reader, dict(known), in_group=True)
        if not questions:
            reader.wrong("questions", _("is missing: a group repeats questions."))
    elif reader.data.get("questions"):
        reader.wrong("questions", _("belongs to a group only."))
    low, high = reader.number("minimum"), reader.number("maximum")
    if low is not None and high is not None and low > high:
        reader.wrong("maximum", _("is smaller than the minimum."))
    if (low is not None or high is not None) and kind not in _BOUNDED:
        reader.wrong("minimum", _("bounds only numbers, texts and groups."))
    text_format = reader.one_of("format", TextFormat, TextFormat.ANY) or TextFormat.ANY
    if text_format is not TextFormat.ANY and kind is not QuestionKind.TEXT:
        reader.wrong("format", _("belongs to a text only."))
    return Question(
        key=reader.key(taken),
        kind=kind,
        label=reader.text("label", required=True),
        help=reader.text("help", 500),
        required=reader.flag("required", True),
        options=_options(reader, kind),
        minimum=low,
        maximum=high,
        shown_if=read_condition(reader, known),
        questions=questions,
        personal=reader.flag("personal", False),
        step=reader.text("step", 60),
        format=text_format,
    )


def _options(reader: Reader, kind: QuestionKind) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for n, pair in enumerate(reader.list("options")):
        place = f"options.{n}"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            reader.wrong(place, _('is not a pair like ["value", "Label"].'))
            continue
        value, label = pair
        if not all(isinstance(t, str) and 0 < len(t.strip()) <= 200 and storable(t) for t in (value, label)):
            reader.wrong(place, _('is not a pair like ["value", "Label"].'))
        elif value in found:
            reader.wrong(place, _("“%s” is used twice.") % value)
        else:
            found[value] = label
    if kind is QuestionKind.CHOICE and not found:
        reader.wrong("options", _("is missing: a choice needs options."))
    if kind is not QuestionKind.CHOICE and found:
        reader.wrong("options", _("belongs to a choice only."))
    return tuple(found.items())


def read_documents(reader: Reader, known: Finite) -> tuple[DocumentRule, ...]:
    taken: set[str] = set()
    found = []
    keys = ("key", "label", "required", "purposes", "shown_if", "keeps_months")
    for n, data in enumerate(reader.list("documents")):
        inner = Reader(data, reader.at(f"documents.{n}"), reader.problems, keys)
        purposes: tuple[Purpose, ...] = ALL_PURPOSES
        if "purposes" in inner.data:
            wanted = inner.texts("purposes")
            purposes = tuple(purpose for purpose in ALL_PURPOSES if purpose.value in wanted)
            if not wanted or not set(wanted) <= set(Purpose.values):
                inner.wrong("purposes", _("is not one or several of %s.") % ", ".join(Purpose.values))
        found.append(
            DocumentRule(
                key=inner.key(taken),
                label=inner.text("label", required=True),
                required=inner.flag("required", True),
                purposes=purposes,
                shown_if=read_condition(inner, known),
                keeps_months=inner.whole("keeps_months", 1, 240),
            )
        )
    return tuple(found)


def read_visit(data: Any, problems: list[str]) -> VisitRule:
    reader = Reader(data, "inspection", problems, ("checklist", "inspectors", "far"))
    taken: set[str] = set()
    items = []
    for n, one in enumerate(reader.list("checklist")):
        inner = Reader(one, reader.at(f"checklist.{n}"), problems, ("key", "label"))
        items.append(CheckItem(inner.key(taken), inner.text("label", required=True)))
    return VisitRule(
        tuple(items),
        reader.whole("inspectors", 1, 10) or PLAIN_VISIT.inspectors,
        reader.whole("far", 10, 10_000) or PLAIN_VISIT.far,
    )


_LETTER_KEYS = ("title", "paragraphs", "conditions", "copies_to", "closing", "bilingual")


def read_letter(data: Any, place: str, problems: list[str], names: set[str]) -> LetterText:
    """`names`: the answers that its {fields} may name, besides LETTER_FIELDS."""
    english = place.endswith("bilingual")
    reader = Reader(data, place, problems, _LETTER_KEYS[: 5 if english else 6])
    bilingual = None
    if reader.data.get("bilingual") is not None and not english:
        bilingual = read_letter(reader.data["bilingual"], f"{place}.bilingual", problems, names)
    letter = LetterText(
        title=reader.text("title", 200, required=True),
        paragraphs=reader.texts("paragraphs", 3000),
        conditions=reader.texts("conditions", 2000),
        copies_to=reader.texts("copies_to", 300),
        closing=reader.text("closing", 1000),
        bilingual=bilingual,
    )
    for key in _LETTER_KEYS[:5]:
        value = getattr(letter, key)
        for text in (value,) if isinstance(value, str) else value:
            _check_fields(reader, key, text, names)
    return letter


def _check_fields(reader: Reader, key: str, text: str, names: set[str]) -> None:
    for name in FIELD.findall(text):
        if name not in names and name not in LETTER_FIELDS:
            known = ", ".join([*LETTER_FIELDS, *sorted(names)])
            reader.wrong(key, _("knows no {%(name)s}; known are %(known)s.") % {"name": name, "known": known})
    if set("{}") & set(FIELD.sub("", text)):
        reader.wrong(key, _("has a brace without its partner."))
