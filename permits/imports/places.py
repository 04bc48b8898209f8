"""Where a row of a file is: its coordinates, mended where that is certain, else the village it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from django.contrib.gis.db.models import Extent
from django.contrib.gis.gdal import CoordTransform, GDALException, SpatialReference
from django.contrib.gis.geos import GEOSException, Point

from geoportal.geography.models import Zone, ZoneLevel
from permits.imports.values import tidy, word_key

MARGIN: Final = 0.02  # degrees, some 2 km: computed cells and boundaries differ by less
_NUMBER: Final = re.compile(r"[-+]?\d+(?:[.,]\d+)*")
_KIND: Final = re.compile(
    r"^(?:(?:kelurahan|kel|desa|ds|kecamatan|kec|kota administrasi|kota|kabupaten|kab|provinsi)\b\.? *)+"
)


class Spot(NamedTuple):
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees (EPSG:4326) that a place of the city must lie in."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, spot: Spot) -> bool:
        return self.west <= spot.lon <= self.east and self.south <= spot.lat <= self.north


EVERYWHERE: Final = Bounds(-180, -90, 180, 90)


def bounds_of_zones() -> Bounds | None:
    """The box of all loaded zones with a margin; None when no zone is loaded."""
    extents = Zone.objects.aggregate(areas=Extent("area"), labels=Extent("label_point")).values()
    boxes = [box for box in extents if box is not None]
    if not boxes:
        return None
    return Bounds(
        min(box[0] for box in boxes) - MARGIN,
        min(box[1] for box in boxes) - MARGIN,
        max(box[2] for box in boxes) + MARGIN,
        max(box[3] for box in boxes) + MARGIN,
    )


class Reading(NamedTuple):
    """`spot` where it could be read. `blank`: nothing was given. `mended`: not written as it was meant."""

    spot: Spot | None
    blank: bool = False
    mended: bool = False


class Coordinates:
    """Reads pairs of `srid` (EPSG number; x before y), and knows where they may lie."""

    def __init__(self, bounds: Bounds, srid: int = 4326) -> None:
        self.bounds = bounds
        self._to_degrees = (
            None if srid == 4326 else CoordTransform(SpatialReference(srid), SpatialReference(4326))
        )

    def read(self, x: str, y: str) -> Reading:
        """Decimal point or comma. Mended when that gives one place within the bounds: longitude and latitude
        swapped, the sign of a southern latitude lost, the decimal point lost to thousands' dots."""
        first, second = tidy(x), tidy(y)
        if not first.strip("0.,- ") and not second.strip("0.,- "):
            return Reading(None, blank=True)
        written = _plain(first), _plain(second)
        if written[0] is not None and written[1] is not None:
            meant = self._place(written[0], written[1])
            if meant is not None:
                return Reading(meant)
        for a, b in self._other_ways(first, second):
            found = self._place(a, b)
            if found is not None:
                return Reading(found, mended=True)
        return Reading(None)

    def _place(self, x: float, y: float) -> Spot | None:
        spot: Spot | None = Spot(x, y)
        if self._to_degrees is not None:
            spot = _transformed(x, y, self._to_degrees)
        return spot if spot is not None and self.bounds.holds(spot) else None

    def _other_ways(self, x: str, y: str) -> Iterator[tuple[float, float]]:
        if self.bounds == EVERYWHERE:
            return
        a, b = _plain(x), _plain(y)
        if a is not None and b is not None:
            yield b, a
            if self._to_degrees is None:
                yield a, -b
                yield b, -a
        if self._to_degrees is None:
            for one, other in ((x, y), (y, x)):
                for lon in _without_point(one):
                    for lat in _without_point(other):
                        yield lon, lat


def _transformed(x: float, y: float, to_degrees: CoordTransform) -> Spot | None:
    try:
        point = Point(x, y)
        point.transform(to_degrees)
    except (GDALException, GEOSException):
        return None
    return Spot(point.x, point.y)


def _plain(text: str) -> float | None:
    return float(text.replace(",", ".")) if re.fullmatch(r"[-+]?\d{1,9}([.,]\d*)?", text) else None


def _without_point(text: str) -> list[float]:
    """-68.893.456 may have been -6.8893456 (or -68.893456, …): every place the point may have had."""
    number = _NUMBER.fullmatch(text)
    if number is None:
        return []
    if (plain := _plain(text)) is not None and abs(plain) <= 180:
        return [plain]
    digits = re.sub(r"\D", "", text)
    sign = -1 if text.startswith("-") else 1
    return [sign * float(f"{digits[:n]}.{digits[n:]}") for n in (1, 2, 3) if len(digits) >= n + 4]


class Villages:
    """Villages by name, forgiving case, blanks, "Kel." and "Kec."; never used where a coordinate exists."""

    def __init__(self) -> None:
        zones = {zone.code: zone for zone in Zone.objects.defer("area")}
        self._found: dict[tuple[str, str, str], set[str]] = {}
        self._spots: dict[str, Spot] = {}
        for zone in zones.values():
            if zone.level == ZoneLevel.VILLAGE:
                district = zones.get(zone.parent_id or "")
                city = zones.get((district.parent_id if district else None) or "")
                names = place_key(zone.name), place_key(district.name if district else ""), city_key(city)
                self._found.setdefault(names, set()).add(zone.code)
                self._spots[zone.code] = Spot(zone.label_point.x, zone.label_point.y)
        self.label_point = lru_cache(maxsize=5_000)(self._label_point)

    def _label_point(self, village: str, district: str = "", city: str = "") -> Spot | None:
        """Label point of the one village of that name, in the district and city if they are named."""
        wanted, above, town = place_key(village), place_key(district), city_key(city)
        if not wanted:
            return None
        codes = {
            code
            for (name, of_district, of_city), found in self._found.items()
            if name == wanted and above in ("", of_district) and _same_city(town, of_city)
            for code in found
        }
        return self._spots[codes.pop()] if len(codes) == 1 else None


def place_key(name: str) -> str:
    """ "Kel. Pasir Kraton  Kramat" and "PASIRKRATONKRAMAT" are one."""
    return word_key(_KIND.sub("", tidy(name).casefold()))


def city_key(city: Zone | str | None) -> str:
    """Keeps whether it is a kota or a kabupaten where that is said: they are different places of one name."""
    name = tidy(city.name if isinstance(city, Zone) else city or "").casefold()
    kind = "kab" if re.match(r"kab(upaten)?\b", name) else "kota" if re.match(r"kota\b", name) else ""
    return f"{kind}:{place_key(name)}" if name else ""


def _same_city(given: str, known: str) -> bool:
    if not given or not known:
        return True
    kind, _, name = given.partition(":")
    known_kind, _, known_name = known.partition(":")
    return name == known_name and (not kind or not known_kind or kind == known_kind)
