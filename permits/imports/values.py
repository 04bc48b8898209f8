"""Understands what cells hold: dates, numbers, NIB, telephone numbers, coordinates.

Each function takes the text of a cell and returns its value, or nothing for an empty cell, and raises
`Unreadable` with a reason and a remedy. Neither ever quotes the cell: it may be personal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import phonenumbers
from django.contrib.gis.db.models import Extent
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geoportal.geography.models import Zone

MARGIN: Final = 0.02  # degrees around the zones: their computed cells end somewhat early
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
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_INDONESIAN: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_ENGLISH: Final = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_NOTHING: Final = frozenset({"", "-", "--", "null", "n/a", "none"})


class Unreadable(ValueError):
    """The text of a cell is not what its column should hold."""

    def __init__(self, reason: str | Promise, remedy: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason, self.remedy = reason, remedy


def clean(text: str) -> str:
    """Without control characters and doubled blanks; the words for "nothing" become empty."""
    joined = tidy(text)
    return "" if joined.casefold() in _NOTHING else joined


def tidy(text: str) -> str:
    """Without control characters, doubled blanks and blanks at the ends."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def word_key(text: str) -> str:
    """What two spellings of one name have in common: small letters and digits, nothing between them."""
    return "".join(c for c in tidy(text).casefold() if c.isalnum())


def day(text: str, formats: Sequence[str] = ()) -> date | None:
    """ "8 Juli 2024", 08/07/2024 (the day first), 2024-07-08; or one of `formats`, as strptime() has them."""
    text = clean(text)
    if not text:
        return None
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    if not formats:
        for numbers in _days(text):
            try:
                return date(*numbers)
            except ValueError:
                break
    raise Unreadable(
        _("A date cannot be read."),
        _("Write it as 8 Juli 2024, 08/07/2024 or 2024-07-08 (or map its format)."),
    )


def _days(text: str) -> list[tuple[int, int, int]]:
    if found := _ISO.fullmatch(text):
        return [(int(found[1]), int(found[2]), int(found[3]))]
    if found := _NUMERIC.fullmatch(text):
        return [(int(found[3]), int(found[2]), int(found[1]))]
    if (found := _LONG.fullmatch(text)) and (month := _MONTHS.get(found[2].casefold())):
        return [(int(found[3]), month, int(found[1]))]
    return []


def number(text: str) -> Decimal | None:
    """10.000.000 and 11.146,09 (dots for thousands), also 1,234.56; 10.000 is ten thousand."""
    text = clean(text).removeprefix("Rp").replace(" ", "")
    if not text:
        return None
    if _INDONESIAN.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(text):
        return Decimal(text.replace(",", ""))
    raise Unreadable(_("A number cannot be read."), _("Write it as 10.000.000 or 11.146,09."))


def nib(text: str) -> str:
    """13 digits. A spreadsheet that ate leading zeros left 12 or fewer: they are put back."""
    digits = re.sub(r"[\s'.\-]", "", clean(text))
    if re.fullmatch(r"[0-9]{10,13}", digits):
        return digits.zfill(13)
    raise Unreadable(
        _("The NIB does not have 13 digits."),
        _("Take it from OSS again; a spreadsheet may have turned it into a rounded number."),
    )


def phone(text: str) -> str:
    """+62…, from any way an Indonesian number is written; empty where it is none. Rejects no row."""
    text = clean(text)
    digits = re.sub(r"\D", "", text)
    if not digits:
        return ""
    for candidate in (text, f"+{digits}" if digits.startswith("62") else digits, f"0{digits}"):
        try:
            parsed = phonenumbers.parse(candidate, "ID")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return ""


def email(text: str) -> str:
    text = clean(text)
    return text if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) and len(text) <= 254 else ""


@dataclass(frozen=True, slots=True)
class Box:
    """Where points of this city can be."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of_zones(cls) -> "Box | None":
        """None where no zones are loaded: any point of the world is then accepted."""
        found = Zone.objects.villages().aggregate(area=Extent("area"), labels=Extent("label_point"))
        extents = [extent for extent in found.values() if extent]
        if not extents:
            return None
        return cls(
            min(e[0] for e in extents) - MARGIN,
            min(e[1] for e in extents) - MARGIN,
            max(e[2] for e in extents) + MARGIN,
            max(e[3] for e in extents) + MARGIN,
        )

    def holds(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


WORLD: Final = Box(-180, -90, 180, 90)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, or why there is none. `mended` where longitude and latitude had been exchanged."""

    lon: float | None = None
    lat: float | None = None
    why_not: str = ""  # "", "blank", "unreadable", "zero", "outside"
    mended: bool = False


def spot(longitude: str, latitude: str, box: Box | None) -> Spot:
    """Never raises: a point that cannot be used is left out, the row is not."""
    longitude, latitude = clean(longitude), clean(latitude)
    if not longitude or not latitude:
        return Spot(why_not="blank")
    try:
        lon, lat = coordinate(longitude), coordinate(latitude)
    except Unreadable:
        return Spot(why_not="unreadable")
    return checked(lon, lat, box)


def checked(lon: float, lat: float, box: Box | None) -> Spot:
    box = box or WORLD
    if lon == 0 and lat == 0:
        return Spot(why_not="zero")
    if box.holds(lon, lat):
        return Spot(lon, lat)
    if box.holds(lat, lon):
        return Spot(lat, lon, mended=True)
    return Spot(why_not="outside")


def coordinate(text: str) -> float:
    """A decimal number with a point or a comma."""
    text = text.strip().rstrip("°").strip()
    if not _PLAIN.fullmatch(text):
        raise Unreadable(
            _("A coordinate cannot be read."), _("Write decimal degrees, as -6.8887 and 109.6753.")
        )
    return float(text.replace(",", "."))
