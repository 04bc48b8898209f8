"""Rows of the map's list and cards of its popups: what is said about one permit."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from companies.models import Commodity
from geoportal.geography import directions
from geoportal.geography.distance import metres
from geoportal.geography.quality import DRAWN_EXACT, Quality
from maps.models import WORLD, Place, PlaceQuerySet, PublicCompany
from permits.models import LocationKind
from permits.status import VALID, Status

SAME_PLACE = 0.6  # metres of EPSG:3857: closer sites stand at one point


@dataclass(frozen=True)
class Seen:
    """A commodity of a permit; `provenance` is "kbli_broad" where it is only likely."""

    commodity: Commodity
    provenance: str


@dataclass(frozen=True)
class Entry:
    place: Place
    label: str  # of the status
    note: str
    commodities: tuple[Seen, ...]
    lonlat: tuple[float, float] | None
    directions: directions.Links | None
    distance: str
    here: int  # permits at this point, this one included

    @property
    def status(self) -> str:
        return self.place.status

    @property
    def title(self) -> str:
        return self.place.company_name or str(self.place.type)

    @property
    def company_href(self) -> str:
        return f"/perusahaan/{self.place.company_slug}/" if self.place.company_slug else ""

    @property
    def validate_href(self) -> str:
        return f"/validasi/{self.place.public_id}/"

    @property
    def replaced_href(self) -> str:
        return f"/validasi/{self.place.replaced_by}/" if self.place.replaced_by else ""

    @property
    def spot(self) -> str:
        """ "lon,lat" as the address takes it."""
        return f"{self.lonlat[0]:.6f},{self.lonlat[1]:.6f}" if self.lonlat else ""

    @property
    def hash(self) -> str:
        """The map's fragment for a look at this place, near enough to tell houses apart."""
        if not self.lonlat:
            return ""
        zoom = 18 if self.place.quality in DRAWN_EXACT else 16
        return f"#{zoom}/{self.lonlat[1]:.5f}/{self.lonlat[0]:.5f}"


def status_note(place: Place) -> str:
    """The date that belongs to the status, in words; "" where there is none."""
    day = {
        Status.IN_FORCE: place.valid_until,
        Status.ENDING: place.valid_until,
        Status.EXPIRED: place.valid_until,
        Status.SUSPENDED: place.suspended_on,
        Status.REVOKED: place.revoked_on,
    }.get(Status(place.status))
    if not day:
        return _("without an end date") if place.status == Status.IN_FORCE else ""
    text = date_format(day, "j F Y")
    if place.status in VALID:
        return _("until %(day)s") % {"day": text}
    return text if place.status == Status.EXPIRED else _("since %(day)s") % {"day": text}


def distance_text(length: float) -> str:
    """Metres as people say them: "350 m", "1,2 km", "412 km"."""
    if length < 995:
        return f"{number_format(max(10, round(length, -1)), 0)} m"
    return f"{number_format(length / 1000, 1 if length < 9950 else 0, force_grouping=True)} km"


def lonlat(place: Place) -> tuple[float, float] | None:
    if place.point is None:
        return None
    # the spherical formulas of EPSG:3857, a tenth of the time that a transformation takes
    radius = WORLD / math.tau
    return math.degrees(place.point.x / radius), math.degrees(math.atan(math.sinh(place.point.y / radius)))


def at_point(rows: PlaceQuerySet, spot: tuple[float, float], within: float = SAME_PLACE) -> PlaceQuerySet:
    centre = Point(*spot, srid=4326).transform(3857, clone=True)
    return rows.filter(point__dwithin=(centre, within))


def _permits_at(places: Iterable[Place], shown: PlaceQuerySet) -> dict[bytes, int]:
    """How many permits `shown` stand at each exact point; a village's label point is nobody's place."""
    points = {
        bytes(p.point.wkb): p.point
        for p in places
        if p.point and not p.withheld and p.quality != Quality.VILLAGE
    }
    if not points:
        return {}
    same = reduce(or_, (Q(point__same_as=point) for point in points.values()))
    counted = shown.filter(same).order_by().values("point").annotate(n=Count("permit_id", distinct=True))
    return {bytes(row["point"].wkb): row["n"] for row in counted if row["point"]}


def with_entry(rows: PlaceQuerySet) -> PlaceQuerySet:
    """Adds all that an Entry says of a place, so that a list of them asks for no more."""
    office = PublicCompany.objects.filter(pk=OuterRef("company_id"), withheld=False).values("point")
    signboard = When(type__location_kind=LocationKind.SIGNBOARD, then=Subquery(office))
    return (
        rows.select_related("type", "village")
        .defer("type__documents", "type__renewal_documents", "village__area")
        .annotate(office=Case(signboard, output_field=PointField(srid=4326)))
    )


def _ways(place: Place, spot: tuple[float, float] | None) -> directions.Links | None:
    """To a company, not to its billboard; nowhere where only the village may be known."""
    office: Point | None = getattr(place, "office", None)
    if office:
        return directions.links(office.x, office.y, place.company_name)
    if spot is None or place.withheld:
        return None
    return directions.links(*spot, place.company_name or place.number)


def entries(
    places: list[Place],
    commodities: Iterable[Commodity],
    *,
    near: tuple[float, float] | None = None,
    shown: PlaceQuerySet | None = None,
) -> list[Entry]:
    """Of places with status and with_entry(). `shown`: the sites among which to count what shares a point,
    with one query.
    """
    by_id = {c.pk: c for c in commodities}
    together = _permits_at(places, shown) if shown is not None else {}
    found = []
    for place in places:
        spot = lonlat(place)
        broad = set(place.commodities_broad)
        seen = tuple(
            Seen(by_id[pk], "kbli_broad" if pk in broad else "")
            for pk in sorted(
                place.commodities, key=lambda pk: (pk in broad, by_id[pk].ordinal if pk in by_id else 0)
            )
            if pk in by_id
        )
        found.append(
            Entry(
                place=place,
                label=str(Status(place.status).label),
                note=status_note(place),
                commodities=seen,
                lonlat=spot,
                directions=_ways(place, spot),
                distance=distance_text(metres(near, spot)) if near and spot else "",
                here=together.get(bytes(place.point.wkb), 1) if place.point else 1,
            )
        )
    return found
