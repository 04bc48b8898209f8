"""Points and outlines as people write them: latitude first, as map applications do; a corner a line."""

from itertools import pairwise
from math import cos, radians, sin, sqrt

from django.contrib.gis.geos import GEOSException, Point, Polygon


def latlon(point: Point) -> str:
    return f"{point.y:.6f}, {point.x:.6f}"


def read_latlon(text: str) -> Point | None:
    """ "-6.889, 109.675", latitude first, or None for what is no such pair."""
    try:
        lat, lon = (float(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        return None
    return Point(lon, lat, srid=4326) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def outline(area: Polygon) -> str:
    corners: list[tuple[float, float]] = list(area.exterior_ring.coords[:-1])
    return "\n".join(f"{y:.6f}, {x:.6f}" for x, y in corners)


def read_corners(text: str) -> list[tuple[float, float]] | None:
    """A point a line, as (longitude, latitude); None where a line is no point. Nothing else is judged."""
    points = [read_latlon(line) for line in text.splitlines() if line.strip()]
    return [(point.x, point.y) for point in points if point] if None not in points else None


def read_outline(text: str) -> Polygon | None:
    """A point a line; None unless they are at least three that enclose something."""
    ring = read_corners(text)
    if ring is None or len(ring) < 3:
        return None
    try:
        area = Polygon([*ring, ring[0]], srid=4326)
    except GEOSException:
        return None
    return area if area.valid and area.area > 0 else None


_EQUATOR, _FLATNESS = 6_378_137.0, 0.00669437999014  # WGS 84: radius in metres, eccentricity squared


def square_metres(ring: list[tuple[float, float]]) -> float:
    """What a closed ring of (longitude, latitude) encloses: of a parcel, on the ellipsoid."""
    lon, lat = ring[0]
    phi = radians(sum(y for _x, y in ring) / len(ring))
    bent = 1 - _FLATNESS * sin(phi) ** 2
    east = _EQUATOR / sqrt(bent) * cos(phi)
    north = _EQUATOR * (1 - _FLATNESS) / bent**1.5
    flat = [(radians(x - lon) * east, radians(y - lat) * north) for x, y in ring]
    doubled: float = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(flat))
    return abs(doubled) / 2


def size(area: Polygon) -> float:
    """Square metres of an outline."""
    return square_metres([(x, y) for x, y, *_ in area.exterior_ring.coords])
