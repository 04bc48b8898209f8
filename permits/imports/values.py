"""Understands what cells hold: dates, numbers, NIB, telephone numbers, names.

A cell that cannot be understood gives None or "": whether its row can be taken all the same, it does not say.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

LONGEST_SLUG: Final = 80  # leaves room for an end that makes it unique
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari pebruari february feb peb", "maret march mar",
            "april apr", "mei may", "juni june jun", "juli july jul", "agustus august agu agt ags aug",
            "september sep sept", "oktober october okt oct", "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LONG: Final = re.compile(r"(?:[A-Za-z']+,\s*)?(\d{1,2})[\s\-]+([A-Za-z]+)\.?[\s\-,]+(\d{4})")
_NUMERIC: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
_INDONESIAN: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_ENGLISH: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_BETWEEN: Final = re.compile(r"[\W_]+")
_NOTHING: Final = frozenset({"", "-", "--", "null", "n/a", "none"})


def tidy(text: str) -> str:
    """Without control characters and doubled blanks; the words for "nothing" ("-", "null") become empty."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    joined = " ".join(text.split())
    return "" if joined.casefold() in _NOTHING else joined


def word_key(text: str) -> str:
    """What two spellings of one name have in common: small letters and digits, nothing between them."""
    return _BETWEEN.sub("", tidy(text).casefold())


def slug_base(name: str) -> str:
    """The beginning of a company's address on the site; not unique yet."""
    return slugify(name)[:LONGEST_SLUG].strip("-_") or "usaha"


def harmless(ref: str) -> str:
    """`ref` as it may stand in a file of rejected rows: an identifier, never a name, a NIK, or a formula."""
    looks = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_:~-]*", ref) is not None
    return ref if looks and any(map(str.isdigit, ref)) and not re.fullmatch(r"[0-9]{16}", ref) else ""


@lru_cache(maxsize=20_000)
def read_date(text: str) -> date | None:
    """From "8 Juli 2024", 08/07/2024 (the day first) or 2024-07-08."""
    numbers = _numbers(tidy(text))
    try:
        return date(*numbers) if numbers else None
    except ValueError:
        return None


def read_date_as(text: str, formats: Sequence[str]) -> date | None:
    """In the first of `formats` (of strptime) that fits."""
    text = tidy(text)
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    return None


def _numbers(text: str) -> tuple[int, int, int] | None:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMERIC.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if (found := _LONG.fullmatch(text)) and (month := _MONTHS.get(found[2].casefold())):
        return int(found[3]), month, int(found[1])
    return None


def read_number(text: str) -> Decimal | None:
    """From 10.000.000 and 11.146,09 (dots for thousands), also 1,234.56; 10.000 is ten thousand."""
    text = tidy(text).removeprefix("Rp").replace(" ", "")
    if _INDONESIAN.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return Decimal(text.replace(",", "")) if _ENGLISH.fullmatch(text) else None


def read_nib(text: str) -> tuple[str, bool]:
    """13 digits, or "". True where a spreadsheet had eaten zeros at the beginning, which are put back."""
    digits = re.sub(r"[\s'.\-]", "", tidy(text))
    if not re.fullmatch(r"[0-9]{10,13}", digits):
        return "", False
    return digits.zfill(13), len(digits) < 13


@lru_cache(maxsize=2_000)
def read_phone(text: str, region: str = "ID") -> str:
    """+62…, from any way an Indonesian number is written; "" where it is none."""
    text = tidy(text)
    digits = re.sub(r"[^0-9]", "", text)
    if not digits:
        return ""
    for candidate in (text, f"+{digits}" if digits.startswith("62") else digits, f"0{digits}"):
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return ""


def read_email(text: str) -> str:
    """The address, or ""."""
    text = tidy(text)
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""
