"""Small maps without script: zones and places as SVG path data and positions, north up."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from geoportal.geography.models import Zone

Extent = tuple[float, float, float, float]  # west, south, east, north in degrees
At = tuple[str, str]  # "x", "y" as SVG attributes want them, whatever the reader's language


@dataclass(frozen=True)
class Frame:
    """What a drawing of `width` × `height` units shows of the ground."""

    width: int
    height: int
    west: float
    north: float
    scale: float  # units a degree of latitude
    squeeze: float  # a degree of longitude, in degrees of latitude

    def at(self, x: float, y: float) -> At:
        return (
            f"{(x - self.west) * self.squeeze * self.scale:.1f}",
            f"{(self.north - y) * self.scale:.1f}",
        )

    def path(self, area: MultiPolygon | Polygon) -> str:
        """Outlines of the area, no finer than half a unit."""
        simple: Any = area.simplify(0.5 / self.scale, preserve_topology=True)
        polygons: Any = simple if isinstance(simple, MultiPolygon) else [simple]
        rings: list[Any] = [ring.coords[:-1] for polygon in polygons for ring in polygon]
        return "".join("M" + "L".join(" ".join(self.at(*c[:2])) for c in ring) + "Z" for ring in rings)

    @property
    def box(self) -> Polygon:
        east = self.west + self.width / self.scale / self.squeeze
        made = Polygon.from_bbox((self.west, self.north - self.height / self.scale, east, self.north))
        made.srid = 4326
        return made


def frame(extent: Extent, width: int, height: int, *, margin: float, least: float = 0.0) -> Frame:
    """Shows `extent` in the middle. `margin`: around it, of its size; `least`: degrees shown at any rate."""
    west, south, east, north = extent
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.01)
    wide = max((east - west) * squeeze * (1 + 2 * margin), least)
    high = max((north - south) * (1 + 2 * margin), least)
    scale = min(width / wide, height / high)
    x, y = (west + east) / 2, (south + north) / 2
    return Frame(width, height, x - width / scale / squeeze / 2, y + height / scale / 2, scale, squeeze)


def around(points: Iterable[Point | Polygon]) -> Extent | None:
    """The extent of all; None where there is none."""
    boxes = [one.extent for one in points]
    if not boxes:
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


@dataclass(frozen=True)
class Outline:
    name: str
    path: str
    label: At | None  # None where its label point lies outside the drawing


def villages(shown: Frame) -> list[Outline]:
    """The villages that a drawing touches. One query."""
    box = shown.box
    found = Zone.objects.villages().filter(area__bboverlaps=box)[:60]
    return [
        Outline(
            zone.name,
            shown.path(zone.area),
            shown.at(zone.label_point.x, zone.label_point.y) if box.contains(zone.label_point) else None,
        )
        for zone in found
        if zone.area
    ]
