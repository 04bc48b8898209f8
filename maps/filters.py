"""The one set of filters behind the map, its list, the tiles, the API and the exports.

The API says `commodity, type, zone, status, source, company, q, bbox, near, radius`; pages say the same in
Indonesian (PAGE_NAMES). Unknown values are refused, with the allowed ones named; pages turn the refusals into
hints and go on without the bad value.
"""

import math
import re
from dataclasses import dataclass, field, fields

from django.contrib.gis.geos import Point, Polygon
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from companies.models import Commodity, Source
from geoportal.geography.models import Zone
from maps import search
from maps.models import WORLD, Away, Pin, PinQuerySet, Place, PlaceQuerySet
from permits.models import PermitType
from permits.status import Status

PAGE_NAMES = {
    "commodity": "komoditas",
    "type": "jenis",
    "zone": "kelurahan",
    "status": "status",
    "source": "sumber",
    "company": "perusahaan",
    "q": "q",
    "bbox": "bbox",
    "near": "dekat",
    "radius": "radius",
}
TINY = 1e-6  # metres
MAX_TEXT = 200
MAX_RADIUS = 50_000.0
MAX_VALUES = 200  # of one parameter
MAX_REFUSALS = 5  # of one parameter are told
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"\s*[-+]?[0-9]{1,12}(\.[0-9]{0,20})?\s*", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """One refused parameter: its name as the reader wrote it, what is wrong, and what would be right."""

    name: str
    value: str
    reason: str
    allowed: tuple[str, ...] = ()


class BadFilter(ValueError):
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.name}: {p.reason}" for p in problems))


@dataclass(frozen=True)
class Filter:
    """A parsed, valid request. Empty: everything that the map shows by default (permits.status.SHOWN)."""

    commodity: tuple[Commodity, ...] = ()
    type: tuple[PermitType, ...] = ()
    zone: tuple[Zone, ...] = ()
    status: tuple[Status, ...] = ()
    source: tuple[Source, ...] = ()
    company: str = ""  # slug
    q: str = ""
    bbox: tuple[float, float, float, float] | None = None  # west, south, east, north; west may exceed east
    near: tuple[float, float] | None = None  # lon, lat
    radius: float | None = None  # metres

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, f.name) == f.default for f in fields(self))

    @cached_property
    def near_point(self) -> Point | None:
        return Point(*self.near, srid=4326) if self.near else None

    def places(self) -> PlaceQuerySet:
        """The sites that answer, with `status`. Asks at most once where `q` may be misspelt."""
        rows = Place.objects.having_status(*self.status)
        if self.commodity:
            rows = rows.of_commodities(*self.commodity)
        if self.type:
            rows = rows.filter(type__in=self.type)
        if self.zone:
            rows = rows.within(*(zone.pk for zone in self.zone))
        if self.source:
            rows = rows.filter(source__in=self.source)
        if self.company:
            rows = rows.filter(company_slug=self.company)
        if self.bbox:
            rows = rows.filter(_in_bbox(self.bbox))
        if self.near_point and self.radius:
            rows = in_circle(rows, self.near_point, self.radius)
        return search.apply(rows, self.q) if self.q else rows

    def pins(self) -> PinQuerySet | None:
        """What places() has with a point, by the narrow table; None where that knows too little."""
        if self.q or self.company or self.radius:
            return None
        rows = Pin.objects.of([commodity.pk for commodity in self.commodity], self.status)
        if self.type:
            rows = rows.filter(type__in=self.type)
        if self.zone:
            villages = Zone.objects.beneath(*(zone.pk for zone in self.zone)).values_list("pk", flat=True)
            rows = rows.filter(village__in=list(villages))  # a plan for these villages
        if self.source:
            rows = rows.filter(source__in=self.source)
        if self.bbox:
            boxes = [rows.in_box(*box.extent) for box in _boxes(self.bbox)]
            rows = boxes[0] if len(boxes) == 1 else boxes[0] | boxes[1]
        return rows

    def permits(self) -> PlaceQuerySet:
        """One site of each permit that answers: its first, or the first that is where the request looks."""
        rows = self.places()
        return rows.one_site_each() if self.zone or self.bbox or self.radius else rows.permits()


def in_circle(rows: PlaceQuerySet, centre: Point, radius: float) -> PlaceQuerySet:
    """Exact on the ellipsoid. The index works in EPSG:3857, whose metres grow by 1/cos(latitude)."""
    farthest = min(abs(centre.y) + radius / 110_000, 89.0)
    reach = 1.01 * radius / math.cos(math.radians(farthest))
    near = rows.filter(point__dwithin=(on_plane(centre), reach))
    return near.alias(metres=Away("point", centre)).filter(metres__lte=radius)


def _boxes(bbox: tuple[float, float, float, float]) -> list[Polygon]:
    """In EPSG:3857; two where it crosses the antimeridian."""
    west, south, east, north = bbox
    south, north = max(south, -85.0511), min(north, 85.0511)
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    corners = [(*_metres(left, south), *_metres(right, north)) for left, right in parts]
    # a point on the border is inside, although PROJ rounded it otherwise
    boxes = [Polygon.from_bbox((w - TINY, s - TINY, e + TINY, n + TINY)) for w, s, e, n in corners]
    for box in boxes:
        box.srid = 3857
    return boxes


def on_plane(point: Point) -> Point:
    """A point of EPSG:4326 in EPSG:3857."""
    return Point(*_metres(point.x, point.y), srid=3857)


def _metres(lon: float, lat: float) -> tuple[float, float]:
    """EPSG:3857, as PROJ says within 10^-8, without the milliseconds that it takes."""
    return lon / 180 * WORLD / 2, math.log(math.tan(math.radians(45 + lat / 2))) * WORLD / 2 / math.pi


def _in_bbox(bbox: tuple[float, float, float, float]) -> Q:
    found = Q()
    for box in _boxes(bbox):
        found |= Q(point__intersects=box)
    return found


@dataclass
class _Reader:
    params: QueryDict
    names: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def values(self, key: str) -> list[str]:
        """All values of a parameter; both ?a=x&a=y and ?a=x,y are lists."""
        found = [v for raw in self.params.getlist(self.names[key]) for v in raw.split(",") if v.strip()]
        if len(found) > MAX_VALUES:
            self.refuse(key, "", _("more than %(n)d values; leave some out") % {"n": MAX_VALUES})
            return []
        return [_CONTROL.sub("\N{REPLACEMENT CHARACTER}", v) for v in found]

    def refuse(self, key: str, value: str, reason: str, allowed: tuple[str, ...] = ()) -> None:
        name = self.names[key]
        if sum(problem.name == name for problem in self.problems) < MAX_REFUSALS:
            self.problems.append(Problem(name, value[:80], reason, allowed))

    def text(self, key: str) -> str:
        value = self.params.get(self.names[key], "").strip()
        if len(value) > MAX_TEXT:
            self.refuse(key, value, _("longer than %(n)d characters; shorten it") % {"n": MAX_TEXT})
            return ""
        return _CONTROL.sub(" ", value)

    def numbers(self, key: str, counts: tuple[int, ...]) -> list[float] | None:
        raw = str(self.params.get(self.names[key], ""))
        if not raw:
            return None
        parts = raw.split(",")
        if len(parts) not in counts or not all(_NUMBER.fullmatch(part) for part in parts):
            wanted = _("or").join(f" {n} " for n in counts).strip()
            self.refuse(key, raw, _("must be %(counts)s numbers separated by commas") % {"counts": wanted})
            return None
        return [float(part) for part in parts]

    def choices(self, key: str, choices: type[Status] | type[Source]) -> tuple:  # type: ignore[type-arg]
        found = []
        for value in self.values(key):
            if value in choices.values:
                found.append(choices(value))
            else:
                self.refuse(key, value, _("unknown value"), tuple(choices.values))
        return tuple(dict.fromkeys(found))

    def rows(self, key: str, model: type, by: str) -> tuple:  # type: ignore[type-arg]
        wanted = list(dict.fromkeys(value[:100] for value in self.values(key)))
        if not wanted:
            return ()
        known = {getattr(row, by): row for row in model.objects.filter(**{f"{by}__in": wanted})}  # type: ignore[attr-defined]
        unknown = [value for value in wanted if value not in known]
        if unknown:
            every = tuple(model.objects.order_by(by).values_list(by, flat=True)[:200])  # type: ignore[attr-defined]
            for value in unknown:
                self.refuse(key, value, _("unknown value"), every)
        return tuple(known[value] for value in wanted if value in known)

    def bbox(self) -> tuple[float, float, float, float] | None:
        raw = str(self.params.get(self.names["bbox"], ""))
        found = self.numbers("bbox", (4, 6))
        if found is None:
            return None
        west, south, east, north = found if len(found) == 4 else (found[0], found[1], found[3], found[4])
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
            self.refuse("bbox", raw, _("longitude -180 to 180, latitude -90 to 90"))
        elif south > north:
            self.refuse("bbox", raw, _("south must not be north of north"))
        else:
            return west, south, east, north
        return None

    def near(self) -> tuple[float, float] | None:
        raw = str(self.params.get(self.names["near"], ""))
        found = self.numbers("near", (2,))
        if found is None:
            return None
        if not (-180 <= found[0] <= 180 and -85 <= found[1] <= 85):
            self.refuse("near", raw, _("longitude,latitude in degrees"))
            return None
        return found[0], found[1]

    def radius(self) -> float | None:
        found = self.numbers("radius", (1,))
        if found is None:
            return None
        if not 0 < found[0] <= MAX_RADIUS:
            self.refuse("radius", str(found[0]), _("metres, above 0 and at most %(n)d") % {"n": MAX_RADIUS})
            return None
        if not self.params.get(self.names["near"]):
            self.refuse("radius", str(found[0]), _("needs a centre: give near=lon,lat too"))
            return None
        return found[0]


def read(params: QueryDict, *, page: bool = False) -> tuple[Filter, list[Problem]]:
    """The valid part of a query string and what was refused. `page`: Indonesian names. At most 4 queries."""
    reader = _Reader(params, PAGE_NAMES if page else {name: name for name in PAGE_NAMES})
    found = Filter(
        commodity=reader.rows("commodity", Commodity, "slug"),
        type=reader.rows("type", PermitType, "code"),
        zone=reader.rows("zone", Zone, "code"),
        status=reader.choices("status", Status),
        source=reader.choices("source", Source),
        company=reader.text("company"),
        q=reader.text("q"),
        bbox=reader.bbox(),
        near=reader.near(),
        radius=reader.radius(),
    )
    return found, reader.problems


def require(params: QueryDict, *, also: frozenset[str] = frozenset()) -> Filter:
    """For the API: raises BadFilter for a bad value, and for a parameter that is no filter nor in `also`."""
    found, problems = read(params)
    allowed = tuple(sorted({*PAGE_NAMES, *also}))
    problems += [Problem(name, "", _("unknown parameter"), allowed) for name in params if name not in allowed]
    if problems:
        raise BadFilter(problems)
    return found
