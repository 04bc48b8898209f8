"""What people answer, made clean: one meaning, fit for JSON, or an error in words at its question."""

import calendar
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from permits.definitions.definition import Definition, is_shown
from permits.definitions.identifiers import digits_of, nib_problem, nik_problem, npwp_doubt, npwp_problem
from permits.definitions.parts import Question, QuestionKind, TextFormat
from permits.definitions.places import Wrong, point, polygon
from permits.definitions.reading import storable

LONGEST: Final = {QuestionKind.TEXT: 500, QuestionKind.LONG_TEXT: 10_000}
MOST_ROWS: Final = 50
MOST_COMMODITIES: Final = 20
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LOCAL: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_THOUSANDS: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?")
_PLAIN: Final = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,6})?")

Inside = Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """By the question's key; inside a group "key.row.key", rows from 0. A warning blocks nothing."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _How:
    complete: bool
    inside: Inside | None


def clean(
    definition: Definition,
    answers: Mapping[str, Any],
    *,
    complete: bool = True,
    inside: Inside | None = None,
) -> Cleaned:
    """Never raises. Answers to what is not asked or not shown are dropped.

    Answers come as a form sends them (texts) or as `values` of before: clean values stay as they are.
    `complete` False: nothing is required yet. `inside(lon, lat)` tells whether the city is there: a place
    outside is a warning. Whether a company, commodity or file of that id exists is the caller's to ask.
    """
    found = Cleaned()
    how = _How(complete, inside)
    _clean_all(definition.questions, answers, how, found, "", {})
    return found


def _clean_all(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    how: _How,
    found: Cleaned,
    prefix: str,
    above: Mapping[str, Any],
) -> dict[str, Any]:
    """The clean values of one level; errors and warnings go into `found` under `prefix`."""
    values: dict[str, Any] = found.values if not prefix else {}
    for question in questions:
        if not is_shown(question.shown_if, {**above, **values}):
            continue
        name = prefix + question.key
        try:
            answer = answers.get(question.key)
            if question.kind is QuestionKind.GROUP:
                value = _rows(question, answer, how, found, name, {**above, **values})
            else:
                value = _CLEANERS[question.kind](question, answer)
                if value is None and question.required and how.complete:
                    raise Wrong(_("Please answer this."))
        except Wrong as wrong:
            found.errors[name] = str(wrong)
            continue
        if value is None:
            continue
        values[question.key] = value
        if warning := _warning(question, value, how):
            found.warnings[name] = warning
    return values


def _rows(
    question: Question, answer: Any, how: _How, found: Cleaned, name: str, above: Mapping[str, Any]
) -> list[dict[str, Any]] | None:
    if answer is None or answer == "":
        answer = []
    if not isinstance(answer, list | tuple) or not all(isinstance(row, Mapping) for row in answer):
        raise Wrong(_("This is no list of entries."))
    keys = [inner.key for inner in question.questions]
    rows = [row for row in answer if any(row.get(key) not in (None, "", [], {}) for key in keys)]
    low = int(question.minimum) if question.minimum is not None else int(question.required)
    high = min(MOST_ROWS, int(question.maximum)) if question.maximum is not None else MOST_ROWS
    if len(rows) > high:
        raise Wrong(_("At most %d entries are taken.") % high)
    cleaned = [
        _clean_all(question.questions, row, how, found, f"{name}.{n}.", above) for n, row in enumerate(rows)
    ]
    if len(rows) < low and how.complete and (rows or question.required):
        raise Wrong(_("At least %d entries are needed.") % low)
    return [row for row in cleaned if row] or None


def _warning(question: Question, value: Any, how: _How) -> str:
    if question.format is TextFormat.NPWP:
        return npwp_doubt(value)
    if how.inside is None or question.kind not in (QuestionKind.POINT, QuestionKind.POLYGON):
        return ""
    corners = value["coordinates"]
    corners = [corners] if question.kind is QuestionKind.POINT else corners[0]
    if all(how.inside(lon, lat) for lon, lat in corners):
        return ""
    return _("This place is outside the city. If that is right, go on; if not, move the point.")


def _string(answer: Any) -> str:
    """What was typed, without blanks around it; "" for nothing."""
    if answer is None:
        return ""
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise Wrong(_("This is not a text."))
    try:
        text = str(answer).replace("\r\n", "\n").strip()
    except ValueError:  # an integer of more digits than Python writes
        raise Wrong(_("This is not a text.")) from None
    if not storable(text):
        raise Wrong(_("There is a character in it that cannot be stored. Type it anew."))
    return text


def _text(question: Question, answer: Any) -> str | None:
    text = _string(answer)
    if not text:
        return None
    if question.format is not TextFormat.ANY:
        return _FORMATS[question.format](text)
    if question.kind is QuestionKind.TEXT:
        text = " ".join(text.split())
    longest = LONGEST[question.kind]
    if question.maximum is not None:
        longest = min(longest, int(question.maximum))
    if len(text) > longest:
        raise Wrong(_("At most %(most)d characters; these are %(n)d.") % {"most": longest, "n": len(text)})
    if question.minimum is not None and len(text) < question.minimum:
        raise Wrong(_("At least %d characters, please.") % question.minimum)
    return text


def _refused(number: str, problem: str) -> str:
    if problem:
        raise Wrong(problem)
    return number


def _nik(text: str) -> str:
    return _refused(digits_of(text), nik_problem(digits_of(text), today=timezone.localdate()))


def _npwp(text: str) -> str:
    return _refused(digits_of(text), npwp_problem(digits_of(text)))


def _nib(text: str) -> str:
    return _refused(digits_of(text), nib_problem(digits_of(text)))


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text[:40], "ID")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or len(text) > 40 or not phonenumbers.is_possible_number(number):
        raise Wrong(_("This is no telephone number. An example: 0812 3456 7890"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Wrong(_("This is no e-mail address. An example: nama@contoh.id")) from None
    return text


_FORMATS: Final[Mapping[TextFormat, Callable[[str], str]]] = {
    TextFormat.NIK: _nik,
    TextFormat.NPWP: _npwp,
    TextFormat.NIB: _nib,
    TextFormat.PHONE: _phone,
    TextFormat.EMAIL: _email,
}


def _number(question: Question, answer: Any) -> int | float | None:
    """ "1.250,5" and "1250.5" alike; whole numbers as int."""
    if isinstance(answer, float) and not math.isfinite(answer):
        raise Wrong(_("This is not a number."))
    text = _string(answer).replace(" ", "")
    if not text:
        return None
    if not isinstance(answer, str):
        pass
    elif _THOUSANDS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _PLAIN.fullmatch(text):
        text = text.replace(",", ".")
    else:
        raise Wrong(_("This is not a number. Write digits, with a comma before the fraction: 12,5"))
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Wrong(_("This is not a number.")) from None
    if abs(found) >= Decimal(10) ** 15:
        raise Wrong(_("This number is too large."))
    if question.minimum is not None and found < question.minimum:
        raise Wrong(_("At least %s, please.") % question.minimum)
    if question.maximum is not None and found > question.maximum:
        raise Wrong(_("At most %s, please.") % question.maximum)
    return int(found) if found == found.to_integral_value() else float(round(found, 6))


def _date(question: Question, answer: Any) -> str | None:
    if isinstance(answer, date):
        answer = answer.isoformat()[:10]
    text = _string(answer)
    if not text:
        return None
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _LOCAL.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        raise Wrong(_("This is no date. Write day-month-year, as in 17-08-2026."))
    if not 1 <= month <= 12:
        raise Wrong(_("There is no month %d.") % month)
    if not 1900 <= year <= 2200:
        raise Wrong(_("The year %d cannot be right.") % year)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        words = {"day": day, "month": MONTHS[month], "year": year, "last": last}
        raise Wrong(_("%(day)d %(month)s %(year)d does not exist: that month has %(last)d days.") % words)
    return date(year, month, day).isoformat()


def _choice(question: Question, answer: Any) -> str | None:
    text = _string(answer)
    if text and text not in dict(question.options):
        raise Wrong(_("Choose one of the answers shown."))
    return text or None


_YES: Final = ("yes", "ya", "on", "true", "1")
_NO: Final = ("no", "tidak", "off", "false", "0")


def _yes_no(question: Question, answer: Any) -> bool | None:
    if isinstance(answer, bool):
        return answer
    text = _string(answer).lower()
    if text in _YES or text in _NO:
        return text in _YES
    if text:
        raise Wrong(_("Answer yes or no."))
    return None


def _point(question: Question, answer: Any) -> dict[str, Any] | None:
    return point(answer)


def _polygon(question: Question, answer: Any) -> dict[str, Any] | None:
    return polygon(answer)


def _slug(question: Question, answer: Any) -> str | None:
    text = _string(answer)
    if text and not _SLUG.fullmatch(text):
        raise Wrong(_("Choose one from the list."))
    return text or None


def _slugs(question: Question, answer: Any) -> list[str] | None:
    parts = list(answer) if isinstance(answer, list | tuple) else [answer]
    found = list(dict.fromkeys(slug for part in parts if (slug := _slug(question, part))))
    if len(found) > MOST_COMMODITIES:
        raise Wrong(_("At most %d entries are taken.") % MOST_COMMODITIES)
    return found or None


_CLEANERS: Final[Mapping[QuestionKind, Callable[[Question, Any], Any]]] = {
    QuestionKind.TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.CHOICE: _choice,
    QuestionKind.YES_NO: _yes_no,
    QuestionKind.POINT: _point,
    QuestionKind.POLYGON: _polygon,
    QuestionKind.COMPANY: _slug,
    QuestionKind.COMMODITY: _slugs,
    QuestionKind.FILE: _slug,
}
