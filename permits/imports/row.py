"""What every importer makes of a row of its file."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from companies.models import LegalForm
from geoportal.geography.quality import Quality
from geoportal.reporting import Text
from permits.imports.places import Spot
from permits.imports.values import word_key
from permits.models import Purpose

LONGEST_REF: Final = 60
Counted = Callable[[str], None]  # says one of pipeline.LABELS about the row being read


class Unusable(Exception):
    """The row cannot be taken. Neither text may quote personal data; `key` names the row, "" if unknown."""

    def __init__(self, reason: Text, remedy: Text, *, key: str = "") -> None:
        super().__init__(str(reason))
        self.reason, self.remedy, self.key = reason, remedy, key


@dataclass(frozen=True, slots=True)
class Holder:
    """A company as one row tells of it. `key` joins rows of one holder within the file.

    `as_of`: the day the row speaks of; the newest tells the name. `main`: the row's place is the holder's.
    """

    key: str
    name: str
    legal_form: LegalForm
    nib: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    as_of: date | None = None
    main: bool = True


@dataclass(frozen=True, slots=True)
class Site:
    label: str = ""
    address: str = ""
    spot: Spot | None = None
    quality: Quality = Quality.UNKNOWN


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a permit (or one term of it, or one site of it), its holder and its place.

    `ref` identifies the permit within its source and becomes Permit.source_ref. Rows of one `ref` are one
    permit: those of its latest term are its sites. Rows of one `chain` are terms that renew one another.
    """

    line: int
    ref: str
    number: str
    type_id: int
    holder: Holder
    site: Site = Site()
    purpose: Purpose = Purpose.NEW
    registered_only: bool = False
    risk: str = ""
    kbli_code: str = ""
    kbli_edition: int | None = None
    issued_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    suspended_on: date | None = None
    revoked_on: date | None = None
    chain: str = ""
    declared: Sequence[int] = field(default=())  # ids of commodities


def holder_key(nib: str, name: str = "", address: str = "", otherwise: str = "") -> str:
    """One holder for one NIB; else for one name at one address; else for `otherwise`, the permit's ref."""
    if nib:
        return f"nib:{nib}"
    place = word_key(address) or f"\0{otherwise}"
    return hashlib.sha256(f"{word_key(name)}\0{place}".encode()).hexdigest()


def short_ref(ref: str) -> str:
    """`ref`, or where it is too long for the column its beginning and a digest of it."""
    if len(ref) <= LONGEST_REF:
        return ref
    return f"{ref[:27]}~{hashlib.sha256(ref.encode()).hexdigest()[:32]}"
