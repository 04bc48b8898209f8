"""Points and outlines as people write them: latitude first, as map applications do; a corner a line."""

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


def read_outline(text: str) -> Polygon | None:
    """A point a line; None unless they are at least three that enclose something."""
    points = [read_latlon(line) for line in text.splitlines() if line.strip()]
    if len(points) < 3 or None in points:
        return None
    ring = [(point.x, point.y) for point in points if point]
    try:
        area = Polygon([*ring, ring[0]], srid=4326)
    except GEOSException:
        return None
    return area if area.valid and area.area > 0 else None
