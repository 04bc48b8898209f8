"""Points and polygons in answers: GeoJSON, longitude first."""

import json
import math
from typing import Any, Final

import shapely
from django.utils.translation import gettext as _

MOST_CORNERS: Final = 500
LONGEST: Final = 50_000


class Wrong(ValueError):
    """An answer that cannot be taken, and why, in words."""


def point(answer: Any) -> dict[str, Any] | None:
    data = _geojson(answer, "Point")
    if data is None:
        return None
    return {"type": "Point", "coordinates": _position(data.get("coordinates"))}


def polygon(answer: Any) -> dict[str, Any] | None:
    """One ring, closed if it was not; it may not cross itself and must enclose something."""
    data = _geojson(answer, "Polygon")
    if data is None:
        return None
    rings = data.get("coordinates")
    if not isinstance(rings, list | tuple) or len(rings) != 1 or not isinstance(rings[0], list | tuple):
        raise Wrong(_("Draw one outline, without holes."))
    if len(rings[0]) > MOST_CORNERS:
        raise Wrong(_("The outline has more than %d corners. Draw it simpler.") % MOST_CORNERS)
    ring = [_position(corner) for corner in rings[0]]
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    if len(ring) < 4:
        raise Wrong(_("An outline needs at least three corners."))
    area = shapely.Polygon(ring)
    if not area.is_valid or not area.area > 0:
        raise Wrong(_("The outline crosses itself or encloses nothing. Set its corners in order."))
    return {"type": "Polygon", "coordinates": [ring]}


def _geojson(answer: Any, kind: str) -> dict[str, Any] | None:
    if answer is None or answer == "":
        return None
    if isinstance(answer, str):
        try:
            answer = json.loads(answer) if len(answer) <= LONGEST else None
        except (ValueError, RecursionError):
            answer = None
    if not isinstance(answer, dict) or answer.get("type") != kind:
        raise Wrong(_("Tap the place on the map, or write its coordinates."))
    return answer


def _position(pair: Any) -> list[float]:
    if not isinstance(pair, list | tuple) or len(pair) not in (2, 3):
        raise Wrong(_("A position is two numbers: longitude and latitude."))
    numbers: list[float] = []
    for number in pair[:2]:
        if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > 1000:
            raise Wrong(_("A position is two numbers: longitude and latitude."))
        numbers.append(round(float(number), 7))
    lon, lat = numbers
    if not all(map(math.isfinite, numbers)) or abs(lon) > 180 or abs(lat) > 90:
        raise Wrong(_("There is no such place on earth. Longitude comes first, then latitude."))
    return [lon, lat]
