"""Between GEOS (Django's geometries) and shapely, and from degrees to metres. Shapely does the drawing."""

from collections.abc import Iterable
from typing import TypeVar, cast

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

WGS84 = 4326
Shape = TypeVar("Shape", bound=BaseGeometry)


def from_geos(geometry: GEOSGeometry) -> BaseGeometry:
    """The same coordinates, whatever their SRID; the third dimension is dropped."""
    return shapely.force_2d(shapely.from_wkb(bytes(geometry.wkb)))


def from_point(point: Point) -> shapely.Point:
    return shapely.Point(point.x, point.y)


def reprojected(shape: Shape, source: int, target: int) -> Shape:
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=source)
    geometry.transform(target)
    return cast("Shape", from_geos(geometry))


def to_metres(shape: Shape) -> Shape:
    """From EPSG:4326 to the city's projection (settings.PROJECTED_SRID)."""
    return reprojected(shape, WGS84, settings.PROJECTED_SRID)


def to_degrees(shape: Shape) -> Shape:
    return reprojected(shape, settings.PROJECTED_SRID, WGS84)


def as_area(shape: BaseGeometry) -> MultiPolygon | None:
    """A zone's `area` of a shape in EPSG:4326; None of a shape without any surface."""
    parts = polygons(shape)
    if not parts:
        return None
    area = GEOSGeometry(memoryview(shapely.to_wkb(shapely.MultiPolygon(parts))), srid=WGS84)
    return cast("MultiPolygon", area)


def as_point(shape: shapely.Point) -> Point:
    return Point(shape.x, shape.y, srid=WGS84)


def polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons a shape is made of; lines and points that a repair left over are not among them."""
    return [
        part
        for part in shapely.get_parts(shapely.get_parts(shape)).tolist()
        if isinstance(part, shapely.Polygon) and not part.is_empty
    ]


def merged(shapes: Iterable[BaseGeometry], *, fill: float = 0.0) -> BaseGeometry:
    """One shape of many in metres. Holes of less than `fill` square metres are gaps between them: filled."""
    union = shapely.union_all(list(shapes), grid_size=0.001)
    parts = [
        shapely.Polygon(part.exterior, [r for r in part.interiors if shapely.Polygon(r).area >= fill])
        for part in polygons(union)
    ]
    return shapely.union_all(parts)
