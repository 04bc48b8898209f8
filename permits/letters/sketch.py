"""A sketch map of a site, drawn from our own geometry: villages as lines, the parcel and the points.

No words in the drawing: the template writes the caption, so that it is text to everybody.
"""

from collections.abc import Callable, Iterable, Sequence
from math import cos, radians

from shapely import box
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

WIDTH, HEIGHT = 400, 260  # units of the drawing
_LEAST = 0.005  # degrees: about 550 m each way around a single point, so that borders show
_MARGIN = 0.35


def draw(points: Sequence[Point], area: Polygon | None = None, *, around: Iterable[BaseGeometry] = ()) -> str:
    """An SVG document. Everything in longitude and latitude (4326); `around` are boundaries for orientation.

    Raises ValueError when there is neither a point nor an area.
    """
    subject = [*points, *([area] if area is not None else [])]
    if not subject:
        raise ValueError("A sketch needs a point or an area.")
    west, south, east, north = _frame(subject)
    frame = box(west, south, east, north)
    scale_x, scale_y = WIDTH / (east - west), HEIGHT / (north - south)

    def at(x: float, y: float) -> str:
        return f"{(x - west) * scale_x:.1f} {(north - y) * scale_y:.1f}"

    parts = [f'<path fill="#fdfcf9" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>']
    lines = [line for shape in around for line in _lines(shape.boundary.intersection(frame))]
    parts += [
        f'<path fill="none" stroke="#857d6b" stroke-dasharray="6 3" d="{_path(line, at)}"/>' for line in lines
    ]
    if area is not None:
        d = _path(area.exterior, at) + "Z"
        parts.append(f'<path fill="#eceef8" stroke="#28367f" stroke-width="1.5" d="{d}"/>')
    for point in points:
        x, y = at(point.x, point.y).split()
        parts.append(f'<circle cx="{x}" cy="{y}" r="7" fill="#b23f2c" stroke="#fff" stroke-width="2"/>')
    parts.append('<path fill="#1d2136" d="M380 12l6 18-6-4-6 4z"/>')  # north
    parts.append(f'<path fill="none" stroke="#ddd6c6" d="M.5.5h{WIDTH - 1}v{HEIGHT - 1}H.5z"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'
    )


def _frame(subject: Sequence[BaseGeometry]) -> tuple[float, float, float, float]:
    """West, south, east, north around everything, in the drawing's proportion on the ground."""
    bounds = [shape.bounds for shape in subject]
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    x, y = (west + east) / 2, (south + north) / 2
    squeeze = max(cos(radians(y)), 0.1)  # a degree of longitude, as a share of one of latitude
    high = max((north - south) / 2 * (1 + _MARGIN), _LEAST)
    wide = max((east - west) / 2 * (1 + _MARGIN), _LEAST)
    high = max(high, wide * squeeze * HEIGHT / WIDTH)
    wide = high * WIDTH / HEIGHT / squeeze
    return x - wide, y - high, x + wide, y + high


def _lines(shape: BaseGeometry) -> Iterable[LineString]:
    if isinstance(shape, LineString):
        return [] if shape.is_empty else [shape]
    if isinstance(shape, MultiLineString | MultiPolygon) or hasattr(shape, "geoms"):
        return [line for part in shape.geoms for line in _lines(part)]
    return []


def _path(line: LineString, at: Callable[[float, float], str]) -> str:
    return "M" + "L".join(at(x, y) for x, y, *_ in line.coords)
