"""How well polygons that should share out a city do so: where they overlap, and what they leave out."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.geography.shapes import merged, polygons

SMALLEST = 1.0  # square metres; less is rounding of coordinates
LARGEST_GAP = 100_000.0  # square metres; a larger hole is a lake or another city's ground, no mistake


@dataclass(frozen=True, slots=True)
class Flaw:
    codes: tuple[str, ...]  # of an overlap two; of a gap all that surround it
    hectares: float


def overlaps(areas: Mapping[str, BaseGeometry]) -> list[Flaw]:
    """Pairs that claim the same ground, the largest first. Areas in metres."""
    codes, shapes = list(areas), list(areas.values())
    found = []
    for a, b in shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist():
        if a < b:
            size = sum(part.area for part in polygons(shapes[a].intersection(shapes[b])))
            if size >= SMALLEST:
                found.append(Flaw((codes[a], codes[b]), size / 10_000))
    return sorted(found, key=lambda flaw: -flaw.hectares)


def gaps(areas: Mapping[str, BaseGeometry]) -> list[Flaw]:
    """Ground between areas (in metres) that belongs to none of them, the largest first."""
    codes, shapes = list(areas), list(areas.values())
    tree = shapely.STRtree(shapes)
    found = []
    for part in polygons(merged(shapes)):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            if SMALLEST <= hole.area < LARGEST_GAP:
                around = sorted(tree.query(hole.buffer(0.1), predicate="intersects").tolist())
                found.append(Flaw(tuple(codes[i] for i in around), hole.area / 10_000))
    return sorted(found, key=lambda flaw: -flaw.hectares)
