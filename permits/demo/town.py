"""Where things stand in the demo city: dense in the middle and along the roads, always in a village."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.geography.models import Zone
from geoportal.geography.shapes import from_geos

PLACES: Final = ("town", "batik", "sea")
DEGREE: Final = 111_320.0  # metres of latitude
TRIES: Final = 60
CLUSTERED, ALONG_ROADS = 0.45, 0.30  # the rest is spread evenly


@dataclass(frozen=True, slots=True)
class Spot:
    lon: float
    lat: float
    code: str  # of its village
    village: str


@dataclass(frozen=True, slots=True)
class _Village:
    code: str
    name: str
    area: BaseGeometry
    label: tuple[float, float]
    centres: Sequence[tuple[float, float, float]]  # longitude, latitude, metres
    pulls: Sequence[float]
    roads: Sequence[tuple[tuple[float, float], tuple[float, float]]]


class Town:
    """Random places in the villages that have an area, as `city` (city.toml) weighs them."""

    def __init__(self, city: Mapping[str, list[dict[str, Any]]]) -> None:
        zones = [zone for zone in Zone.objects.villages() if zone.area is not None]
        if not zones:
            raise ValueError("no village has an area: run load_zones first")
        taken: list[BaseGeometry] = []
        self._villages: list[_Village] = []
        for zone in zones:  # by code: on shared ground the lower code wins, as in geography_village_of()
            area = from_geos(zone.area) if zone.area else shapely.Polygon()
            for other in taken:
                if shapely.intersects(other, area):
                    area = shapely.difference(area, other)
            taken.append(area)
            shapely.prepare(area)
            self._villages.append(self._village(zone, area, city, {z.code: z for z in zones}))
        weights = {entry["code"]: entry for entry in city.get("village", [])}
        self._weights = {
            place: [float(weights.get(zone.code, {}).get(place, 1)) for zone in zones] for place in PLACES
        }

    def spot(self, rng: Random, place: str = "town") -> Spot:
        """A place of business."""
        village = rng.choices(self._villages, self._weights[place])[0]
        chance = rng.random()
        if village.centres and chance < CLUSTERED:
            lon, lat, spread = rng.choices(village.centres, village.pulls)[0]
            return self._inside(rng, village, (lon, lat), spread)
        if village.roads and chance < CLUSTERED + ALONG_ROADS:
            return self._roadside(rng, village)
        return self._anywhere(rng, village)

    def roadside(self, rng: Random) -> Spot:
        """A place that is seen by who drives by."""
        village = rng.choices(self._villages, self._weights["town"])[0]
        return self._roadside(rng, village) if village.roads else self._anywhere(rng, village)

    def label(self, spot: Spot) -> Spot:
        """What is known of a place when only its village is."""
        village = next(v for v in self._villages if v.code == spot.code)
        return Spot(*village.label, village.code, village.name)

    def _village(
        self,
        zone: Zone,
        area: BaseGeometry,
        city: Mapping[str, list[dict[str, Any]]],
        zones: Mapping[str, Zone],
    ) -> _Village:
        lon, lat = zone.label_point.x, zone.label_point.y
        here = [entry for entry in city.get("centre", []) if entry["village"] == zone.code]
        centres = [
            (*_moved(lon, lat, entry["east"], entry["north"]), float(entry["spread"])) for entry in here
        ]
        roads = []
        for entry in city.get("road", []):
            codes = [code for code in entry["through"] if code in zones]
            for a, b in pairwise(codes):
                if zone.code in (a, b):
                    ends = [(zones[c].label_point.x, zones[c].label_point.y) for c in (a, b)]
                    roads.append((ends[0], ends[1]))
        return _Village(
            zone.code, zone.name, area, (lon, lat), centres, [float(e["pull"]) for e in here], roads
        )

    def _inside(self, rng: Random, village: _Village, around: tuple[float, float], spread: float) -> Spot:
        for _ in range(TRIES):
            lon, lat = _moved(*around, rng.gauss(0, spread), rng.gauss(0, spread))
            if shapely.contains_xy(village.area, lon, lat):
                return Spot(lon, lat, village.code, village.name)
        return self._anywhere(rng, village)

    def _roadside(self, rng: Random, village: _Village) -> Spot:
        for _ in range(TRIES):
            (ax, ay), (bx, by) = rng.choice(village.roads)
            part = rng.random()
            aside = rng.choice((-1, 1)) * rng.uniform(8, 25)
            lon, lat = _moved(ax + (bx - ax) * part, ay + (by - ay) * part, aside, aside)
            if shapely.contains_xy(village.area, lon, lat):
                return Spot(lon, lat, village.code, village.name)
        return self._anywhere(rng, village)

    def _anywhere(self, rng: Random, village: _Village) -> Spot:
        west, south, east, north = village.area.bounds
        while True:
            lon, lat = round(rng.uniform(west, east), 7), round(rng.uniform(south, north), 7)
            if shapely.contains_xy(village.area, lon, lat):
                return Spot(lon, lat, village.code, village.name)


def _moved(lon: float, lat: float, east: float, north: float) -> tuple[float, float]:
    """Metres as degrees, to a centimetre."""
    return round(lon + east / (DEGREE * math.cos(math.radians(lat))), 7), round(lat + north / DEGREE, 7)
