"""A small map without script: the village's outline among its neighbours, drawn as SVG by the server."""

from dataclasses import dataclass

from django.contrib.gis.geos import Point

from geoportal.geography import plan
from geoportal.geography.models import Zone

WIDTH, HEIGHT = 320, 200
MARGIN = 0.14  # of the village's size, around it


@dataclass(frozen=True)
class Drawing:
    """SVG path data and positions in a box of WIDTH × HEIGHT units, north up; `spot` only if it is public."""

    village: str
    neighbours: tuple[str, ...]
    label: plan.At
    spot: plan.At | None
    approximate: bool


def draw(village: Zone, spot: Point | None) -> Drawing | None:
    """`spot` in EPSG:4326. None where the village has no area. One query, for the neighbours."""
    if village.area is None or village.area.empty:
        return None
    frame = plan.frame(village.area.extent, WIDTH, HEIGHT, margin=MARGIN)
    box = frame.box
    around = Zone.objects.villages().filter(area__bboverlaps=box).exclude(pk=village.pk)[:20]
    return Drawing(
        village=frame.path(village.area),
        neighbours=tuple(frame.path(zone.area) for zone in around if zone.area),
        label=frame.at(village.label_point.x, village.label_point.y),
        spot=frame.at(spot.x, spot.y) if spot and box.contains(spot) else None,
        approximate=village.approximate,
    )
