"""The zones as they will be: read, changed in memory, completed with cells and unions, written at once.

At once, because each statement derives the village of every permit anew (maps/sql/place.sql).
"""

from collections.abc import Mapping
from typing import Final

import shapely
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoportal.geography.cells import cells, hull
from geoportal.geography.coverage import LARGEST_GAP
from geoportal.geography.models import Zone, ZoneLevel
from geoportal.geography.shapes import (
    as_area,
    as_point,
    from_geos,
    from_point,
    merged,
    polygons,
    to_degrees,
    to_metres,
)
from geoportal.loading import upsert
from geoportal.reporting import Refused, Report

ABOVE: Final = {ZoneLevel.VILLAGE: ZoneLevel.DISTRICT, ZoneLevel.DISTRICT: ZoneLevel.CITY}
WRITTEN: Final = ("level", "name", "parent_id", "postal_code", "label_point", "area", "approximate", "credit")


class Register:
    """All zones by code, with what a file says about them; `save` writes those that differ.

    An area that is not `approximate` came from a file, or is made of such areas alone. It is never replaced
    by a computed one.
    """

    def __init__(self) -> None:
        self.zones = {zone.code: zone for zone in Zone.objects.all()}

    def at(self, level: ZoneLevel) -> list[Zone]:
        return [zone for zone in self.zones.values() if zone.level == level]

    def reset(self) -> None:
        """Forgets every boundary, so that cells take their place."""
        for zone in self.zones.values():
            zone.area, zone.approximate, zone.credit = None, True, ""

    def complete(self) -> None:
        """Label points moved into their areas; cells for villages without a boundary; unions above them."""
        for zone in self.zones.values():
            if zone.area is not None and not zone.approximate and not zone.area.covers(zone.label_point):
                zone.label_point = label_point(from_geos(zone.area))
        self._draw_cells()
        for level, below in ((ZoneLevel.DISTRICT, ZoneLevel.VILLAGE), (ZoneLevel.CITY, ZoneLevel.DISTRICT)):
            parts: dict[str, list[Zone]] = {}
            for zone in self.at(below):
                if zone.parent_id is not None and zone.area is not None:
                    parts.setdefault(zone.parent_id, []).append(zone)
            for zone in self.at(level):
                self._unite(zone, parts.get(zone.code, []))

    def save(self, report: Report) -> None:
        upsert(Zone.objects.all(), list(self.zones.values()), key=("code",), fields=WRITTEN, report=report)

    def _unite(self, zone: Zone, parts: list[Zone]) -> None:
        approximate = any(part.approximate for part in parts)
        if not parts or (approximate and not zone.approximate):
            return  # nothing to make it of, or a boundary of its own that is better than cells
        whole = merged((to_metres(from_geos(part.area)) for part in parts if part.area), fill=LARGEST_GAP)
        zone.area, zone.approximate = as_area(to_degrees(whole)), approximate
        zone.credit = "; ".join(dict.fromkeys(part.credit for part in parts if part.credit))[:300]

    def _draw_cells(self) -> None:
        known = {
            zone.code: to_metres(from_geos(zone.area))
            for zone in self.zones.values()
            if zone.area is not None and not zone.approximate
        }
        taken = merged(known[zone.code] for zone in self.at(ZoneLevel.VILLAGE) if zone.code in known)
        outlined: dict[str, dict[str, shapely.Point]] = {}
        loose: dict[str, dict[str, shapely.Point]] = {}
        for zone in self.at(ZoneLevel.VILLAGE):
            if zone.code not in known:
                point = to_metres(from_point(zone.label_point))
                above = self.above(zone)
                outline = next((code for code in above if code in known), None)
                if outline is not None:
                    outlined.setdefault(outline, {})[zone.code] = point
                else:
                    loose.setdefault(above[-1] if above else "", {})[zone.code] = point
        for outline, points in outlined.items():
            finer = merged(known[code] for code in known if code != outline and self.inside(code, outline))
            self._put(points, known[outline].difference(finer))
        if loose:
            region = merged(hull(self._labels(city) | points) for city, points in loose.items())
            everything = {code: point for points in loose.values() for code, point in points.items()}
            self._put(everything, region.difference(taken).difference(merged(known.values())))

    def _put(self, points: Mapping[str, shapely.Point], region: BaseGeometry) -> None:
        try:
            drawn = cells(points, region)
        except ValueError as error:
            names = " / ".join(self.zones[code].name for code in error.args)
            raise Refused(
                _("Two villages have the same label point: %s.") % names,
                _("Correct lat and lon of one of them."),
            ) from error
        for code, shape in drawn.items():
            zone = self.zones[code]
            zone.area, zone.approximate, zone.credit = as_area(to_degrees(shape)), True, ""

    def _labels(self, city: str) -> dict[str, shapely.Point]:
        return {
            zone.code: to_metres(from_point(zone.label_point))
            for zone in self.at(ZoneLevel.VILLAGE)
            if self.inside(zone.code, city)
        }

    def above(self, zone: Zone) -> list[str]:
        """Codes of the zones that `zone` lies in, the nearest first."""
        found: list[str] = []
        while zone.parent_id is not None and zone.parent_id in self.zones and zone.parent_id not in found:
            found.append(zone.parent_id)
            zone = self.zones[zone.parent_id]
        return found

    def inside(self, code: str, outer: str) -> bool:
        return code == outer or outer in self.above(self.zones[code])


def label_point(area: BaseGeometry) -> Point:
    """A point well inside an area in EPSG:4326: the centre of the largest circle that fits in."""
    circle = shapely.maximum_inscribed_circle(shapely.MultiPolygon(polygons(to_metres(area))), tolerance=1.0)
    return as_point(to_degrees(shapely.Point(circle.coords[0])))
