"""What the demo city writes, before it has ids."""

from dataclasses import dataclass, field
from datetime import date

from companies.models import LegalForm, Source
from geoportal.geography.quality import Quality
from permits.demo.town import Spot
from permits.models import Provenance, Purpose, Risk


@dataclass(eq=False, slots=True)
class Site:
    spot: Spot | None
    quality: Quality
    address: str
    label: str = ""
    parcel: float = 0.0  # half the side of its square, in metres


@dataclass(eq=False, slots=True)
class Holder:
    name: str
    slug: str
    form: LegalForm
    source: Source
    site: Site
    nib: str | None = None
    phone: str = ""
    email: str = ""
    consent_location: bool = False
    consent_contact: bool = False
    id: int = 0


@dataclass(eq=False, slots=True)
class Term:
    """The dates of a permit, and so its status."""

    issued: date
    until: date | None = None
    suspended: date | None = None
    revoked: date | None = None


@dataclass(eq=False, slots=True)
class Made:
    public_id: str
    number: str
    type: str
    holder: Holder
    purpose: Purpose
    source: Source
    term: Term
    sites: list[Site]
    source_ref: str | None = None
    registered_only: bool = False
    risk: Risk | None = None
    kbli: tuple[str, int] | None = None
    missing_since: date | None = None
    commodities: dict[str, Provenance] = field(default_factory=dict)  # by slug
    replaced_by: "Made | None" = None
    id: int = 0
