"""What MAP.toml may say: how the columns of any CSV become permits. Explained in docs/import.md."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from companies.models import LegalForm, Source
from geoportal.geography.quality import Quality
from permits.imports.places import Bounds
from permits.models import Purpose, Risk

FIELDS: Final = (
    "key", "number", "group", "type", "purpose",
    "company", "company_key", "legal_form", "nib", "company_address", "phone", "email", "website",
    "issued_on", "valid_from", "valid_until", "suspended_on", "revoked_on",
    "risk", "kbli", "kbli_edition", "commodity",
    "label", "address", "village", "district", "city", "x", "y", "point", "quality",
)  # fmt: skip
DATES: Final = ("issued_on", "valid_from", "valid_until", "suspended_on", "revoked_on")
QUALITIES: Final = (str(Quality.SURVEYED), str(Quality.BUILDING), str(Quality.STREET))
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "purpose": Purpose.values,
    "risk": Risk.values,
    "legal_form": LegalForm.values,
    "quality": QUALITIES,
}
SETTINGS: Final = (
    "dataset", "source", "encoding", "delimiter", "dates", "phone_region",
    "columns", "constants", "translate", "only", "coordinates",
)  # fmt: skip
ANYTHING_ELSE: Final = "*"


@dataclass(frozen=True)
class FileMapping:
    """`translate`: by field, from the `word_key` of a value to what it means. `bounds` None: the city's."""

    dataset: str
    source: Source = Source.ARCHIVE
    encoding: str = ""
    delimiter: str = ""
    dates: tuple[str, ...] = ()
    phone_region: str = "ID"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    translate: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lat_first: bool = False
    srid: int = 4326
    bounds: Bounds | None = None


def near(word: str, known: Iterable[str]) -> str:
    """ " Did you mean …?", or all that is known if that is short."""
    names = list(known)
    like = {name.casefold(): name for name in names}
    close = [like[found] for found in difflib.get_close_matches(word.casefold(), like, n=3, cutoff=0.6)]
    if close:
        return _("Did you mean %s?") % " / ".join(f"“{name}”" for name in close)
    return _("Known are: %s.") % ", ".join(names[:40])
