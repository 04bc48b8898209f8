"""A small map without script: the village's outline among its neighbours, drawn as SVG by the server."""

import math
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from geoportal.geography.models import Zone

WIDTH, HEIGHT = 320, 200
MARGIN = 0.14  # of the village's size, around it


@dataclass(frozen=True)
class Drawing:
    """SVG path data and positions in a box of WIDTH × HEIGHT units, north up; `spot` only if it is public."""

    village: str
    neighbours: tuple[str, ...]
    label: tuple[str, str]  # "x", "y" as SVG attributes want them, whatever the reader's language
    spot: tuple[str, str] | None
    approximate: bool


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    scale: float  # units a degree of latitude
    squeeze: float  # a degree of longitude, in degrees of latitude

    def at(self, x: float, y: float) -> tuple[str, str]:
        return (
            f"{(x - self.west) * self.squeeze * self.scale:.1f}",
            f"{(self.north - y) * self.scale:.1f}",
        )

    def path(self, area: MultiPolygon) -> str:
        """Outlines of the area, no finer than half a unit."""
        simple: Any = area.simplify(0.5 / self.scale, preserve_topology=True)
        polygons: Any = simple if isinstance(simple, MultiPolygon) else [simple]
        rings: list[Any] = [ring.coords[:-1] for polygon in polygons for ring in polygon]
        return "".join("M" + "L".join(" ".join(self.at(*c[:2])) for c in ring) + "Z" for ring in rings)


def _frame(area: MultiPolygon) -> tuple[_Frame, Polygon]:
    """The frame that shows `area` in the middle, and what it covers."""
    west, south, east, north = area.extent
    squeeze = math.cos(math.radians((south + north) / 2))
    width, height = (east - west) * squeeze * (1 + 2 * MARGIN), (north - south) * (1 + 2 * MARGIN)
    scale = min(WIDTH / width, HEIGHT / height)
    half_w, half_h = WIDTH / scale / squeeze / 2, HEIGHT / scale / 2
    x, y = (west + east) / 2, (south + north) / 2
    box = Polygon.from_bbox((x - half_w, y - half_h, x + half_w, y + half_h))
    box.srid = 4326
    return _Frame(x - half_w, y + half_h, scale, squeeze), box


def draw(village: Zone, spot: Point | None) -> Drawing | None:
    """`spot` in EPSG:4326. None where the village has no area. One query, for the neighbours."""
    if village.area is None or village.area.empty:
        return None
    frame, box = _frame(village.area)
    around = Zone.objects.villages().filter(area__bboverlaps=box).exclude(pk=village.pk)[:20]
    return Drawing(
        village=frame.path(village.area),
        neighbours=tuple(frame.path(zone.area) for zone in around if zone.area),
        label=frame.at(village.label_point.x, village.label_point.y),
        spot=frame.at(spot.x, spot.y) if spot and box.contains(spot) else None,
        approximate=village.approximate,
    )
