"""Which tiles are asked for: where permits are, and zooms as people use them; the same ones every time."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile

from bench.cities import City

SEED = 20220

# Of 100 tiles. A city's map opens at 12 or 13; people zoom in to a street, some come from far out.
MIX = {5: 1, 6: 1, 7: 1, 8: 2, 9: 3, 10: 6, 11: 9, 12: 15, 13: 19, 14: 19, 15: 14, 16: 10}
CLOSE = {14: 35, 15: 30, 16: 20, 17: 15}
WORLD = 40075016.685578488


@dataclass(frozen=True, order=True)
class Tile:
    z: int
    x: int
    y: int

    @property
    def path(self) -> str:
        return f"/tiles/permits/{self.z}/{self.x}/{self.y}.mvt"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, bottom, right, top in EPSG:3857."""
        side = WORLD / 2**self.z
        left, top = self.x * side - WORLD / 2, WORLD / 2 - self.y * side
        return left, top - side, left + side, top


def at(z: int, mx: float, my: float) -> Tile:
    """The tile that holds a point of EPSG:3857."""
    n = 2**z
    return Tile(z, int((mx + WORLD / 2) / WORLD * n), int((WORLD / 2 - my) / WORLD * n))


def lonlat(mx: float, my: float) -> tuple[float, float]:
    radius = WORLD / 2 / math.pi
    return math.degrees(mx / radius), math.degrees(math.atan(math.sinh(my / radius)))


def spots(city: City, most: int = 2000) -> list[tuple[float, float]]:
    """Points (EPSG:3857) of some permits, the same every time: people look where something is."""
    rows: list[Any] = city.ask(
        "SELECT ST_X(point), ST_Y(point) FROM maps_place WHERE counted ORDER BY md5(id::text) LIMIT %s", most
    )
    return [(x, y) for x, y in rows]


def choose(
    places: Sequence[tuple[float, float]], mix: dict[int, int], count: int, seed: int = SEED
) -> list[Tile]:
    """`count` tiles in the proportions of `mix`, each of a window of 3 x 3 tiles around some place."""
    chance = random.Random(seed)  # noqa: S311 - a fixed choice, no secret
    zooms = chance.choices(list(mix), weights=list(mix.values()), k=count)
    chosen = []
    for z in zooms:
        centre = at(z, *chance.choice(places))
        x, y = (min(max(v + chance.choice((-1, 0, 0, 1)), 0), 2**z - 1) for v in (centre.x, centre.y))
        chosen.append(Tile(z, x, y))
    return chosen


def recount(city: City, tile: Tile, condition: str = "true") -> tuple[int, int]:
    """What the tile must tell of by default, counted in the plainest way: (sites, permits at each spot).

    Clusters count sites; where single spots are sent, a permit with two sites on one spot counts once.
    """
    left, bottom, right, top = tile.box
    sql = (
        "SELECT count(*), count(DISTINCT (permit_id, round(ST_X(point) * 100), round(ST_Y(point) * 100)))"  # noqa: S608
        " FROM maps_place WHERE counted AND ST_X(point) >= %s AND ST_X(point) < %s"
        f" AND ST_Y(point) > %s AND ST_Y(point) <= %s AND ({condition})"
    )
    sites, permits = city.ask(sql, left, right, bottom, top)[0]
    return sites, permits


def counted(body: bytes) -> int:
    """What a tile of ours tells of: the sum of n over its layers."""
    layers = mapbox_vector_tile.decode(body) if body else {}
    return sum(feature["properties"]["n"] for layer in layers.values() for feature in layer["features"])


def features(body: bytes) -> int:
    layers = mapbox_vector_tile.decode(body) if body else {}
    return sum(len(layer["features"]) for layer in layers.values())
