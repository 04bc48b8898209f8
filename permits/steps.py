"""The form of an application, one matter a screen.

Every step is a flat set of texts, so that any of them can be saved as it is typed, and two tabs can be told
apart field by field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSException, Point, Polygon
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from companies.models import Company, LegalForm
from geoportal.accounts.models import User
from geoportal.geography.quality import Quality
from permits import applications
from permits.completeness import HOLDER, PLACE
from permits.models import Application, LocationKind, Purpose

Texts = dict[str, str]
MOST_PLACES = 10


class Step:
    slug: str
    title: str | Promise

    def texts(self, application: Application) -> Texts:
        """What is stored, by field name, as the form would send it."""
        raise NotImplementedError

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        """Puts texts into the row, dropping what it cannot hold; returns the columns to save."""
        raise NotImplementedError


@dataclass(frozen=True)
class Saved:
    """`stored` is what the database holds now; `conflicts` what another tab or person wrote meanwhile."""

    stored: Texts
    conflicts: Texts


def save(
    application: Application,
    step: Step,
    texts: Mapping[str, str],
    base: Mapping[str, str] | None,
    *,
    by: User,
) -> Saved:
    """Stores those of `texts` that differ from `base`, what this tab had been shown.

    A field that somebody else changed since is left as they wrote it and named in `conflicts`; without `base`
    nothing counts as changed.
    """
    with transaction.atomic():
        row = applications.opened(application, by)
        stored = step.texts(row)
        base = stored if base is None else base
        conflicts, wanted = {}, dict(stored)
        for name in texts:
            if name not in stored and name not in base and not texts[name]:
                continue
            now, seen = stored.get(name, ""), base.get(name, "")
            if texts[name] == seen or texts[name] == now:
                continue
            if now == seen:
                wanted[name] = texts[name]
            else:
                conflicts[name] = now
        if wanted != stored:
            applications.written(row, *step.write(row, wanted, by))
        stored = step.texts(row)
    application.refresh_from_db()
    return Saved(stored, conflicts)


_TEXT_FIELDS = (
    "applicant_name",
    "applicant_phone",
    "applicant_email",
    "holder_name",
    "holder_form",
    "holder_nib",
)
_TICKS = ("consent_location", "consent_contact")


class HolderStep(Step):
    """Who asks, and who will hold the permit."""

    slug, title = HOLDER, _("Applicant and holder")

    def texts(self, application: Application) -> Texts:
        texts = {name: str(getattr(application, name)) for name in _TEXT_FIELDS}
        texts |= {name: "on" if getattr(application, name) else "" for name in _TICKS}
        texts["company"] = str(application.company_id or "")
        return texts

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        for name in _TEXT_FIELDS:
            setattr(row, name, texts[name].strip()[:200])
        row.holder_nib = row.holder_nib[:13]
        if row.holder_form not in LegalForm:
            row.holder_form = ""
        for name in _TICKS:
            setattr(row, name, bool(texts[name]))
        if row.former_id is None:
            wanted = texts["company"]
            row.company = companies_of(by).filter(pk=int(wanted)).first() if wanted.isdecimal() else None
        return (*_TEXT_FIELDS, *_TICKS, "company")


def companies_of(user: User) -> "models.QuerySet[Company]":
    return Company.objects.filter(memberships__user=user).order_by("name")


class PlaceStep(Step):
    """Where. One place, several for signboards, an outline for a parcel."""

    slug, title = PLACE, _("Where it is")

    def texts(self, application: Application) -> Texts:
        texts = {}
        for n, site in enumerate(application.sites.all(), 1):
            texts[f"address_{n}"] = site.address
            texts[f"point_{n}"] = latlon(site.point) if site.point and not site.area else ""
            texts[f"area_{n}"] = outline(site.area) if site.area else ""
        return texts

    def write(self, row: Application, texts: Texts, by: User) -> tuple[str, ...]:
        places = []
        for n in range(1, MOST_PLACES + 1):
            area = read_outline(texts.get(f"area_{n}", ""))
            point = read_latlon(texts.get(f"point_{n}", ""))
            address = texts.get(f"address_{n}", "").strip()[:300]
            if point or area or address:
                places.append(applications.Place(address, point, area, Quality.BUILDING))
        applications.replace_places(row, places)
        return ()


def latlon(point: Point) -> str:
    return f"{point.y:.6f}, {point.x:.6f}"


def read_latlon(text: str) -> Point | None:
    """ "-6.889, 109.675", latitude first, or None for what is no such pair."""
    try:
        lat, lon = (float(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        return None
    return Point(lon, lat, srid=4326) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def outline(area: Polygon) -> str:
    corners: list[tuple[float, float]] = list(area.exterior_ring.coords[:-1])
    return "\n".join(f"{y:.6f}, {x:.6f}" for x, y in corners)


def read_outline(text: str) -> Polygon | None:
    """A point a line; None unless they are at least three that enclose something."""
    points = [read_latlon(line) for line in text.splitlines() if line.strip()]
    if len(points) < 3 or None in points:
        return None
    ring = [(point.x, point.y) for point in points if point]
    try:
        area = Polygon([*ring, ring[0]], srid=4326)
    except GEOSException:
        return None
    return area if area.valid and area.area > 0 else None


def steps(application: Application) -> list[Step]:
    """In the order of the form. A copy or a closure is about a permit that has its place."""
    found: list[Step] = [HolderStep()]
    if application.purpose not in (Purpose.COPY, Purpose.CLOSURE):
        found.append(PlaceStep())
    return found


def place_rows(application: Application, filled: Iterable[str] = ()) -> int:
    """How many places the form offers: one more than there are, where there may be several."""
    if application.version.type.location_kind != LocationKind.SIGNBOARD:
        return 1
    used = [int(name.rsplit("_", 1)[1]) for name in filled if name.rsplit("_", 1)[1].isdecimal()]
    return min(MOST_PLACES, max([*used, application.sites.count()], default=0) + 1)
