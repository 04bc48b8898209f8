"""Where an inspector stood: readings of a phone's position, what they are worth, and what is to be doubted.

Positions are judged, never rejected: a doubt is written down and a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from geoportal.geography.distance import metres

WORST: Final = 100.0  # metres: a reading that is worse gives no point
MOST_READINGS: Final = 100
STALE: Final = timedelta(minutes=15)  # before the report was recorded
CLOCK: Final = 120  # seconds that a phone's clock may differ
MOVED: Final = 50.0  # metres that a hand may correct without being asked why


@dataclass(frozen=True)
class Reading:
    lat: float
    lon: float
    accuracy: float  # metres, of 68 % as browsers give it
    at: datetime

    @property
    def spot(self) -> tuple[float, float]:
        return self.lon, self.lat


@dataclass(frozen=True)
class Fix:
    lat: float
    lon: float
    accuracy: float
    count: int
    at: datetime

    @property
    def good(self) -> bool:
        return self.accuracy <= WORST

    @property
    def point(self) -> Point:
        return Point(self.lon, self.lat, srid=4326)


def moment(text: Any) -> datetime | None:
    """An ISO time with its offset, or None."""
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


def read(raw: Any) -> list[Reading]:
    """Those of `raw` that are readings at all."""
    found = []
    for one in raw[:MOST_READINGS] if isinstance(raw, list) else []:
        if not isinstance(one, dict):
            continue
        lat, lon, accuracy = (_number(one.get(key)) for key in ("lat", "lon", "accuracy"))
        at = moment(one.get("at"))
        if lat is None or lon is None or accuracy is None or at is None:
            continue
        if abs(lat) <= 90 and abs(lon) <= 180 and 0 <= accuracy <= 1e7:
            found.append(Reading(lat, lon, max(accuracy, 1.0), at))
    return found


def average(readings: Sequence[Reading]) -> Fix | None:
    """The mean, weighted by accuracy (1/m²); bad readings count only where there are no good ones.

    Its accuracy is the best reading's, or how far the readings lie apart where that is more: readings of
    one phone in one minute err together, so many of them are no better than one.
    """
    good = [one for one in readings if one.accuracy <= WORST] or list(readings)
    if not good:
        return None
    weights = [1 / one.accuracy**2 for one in good]
    total = sum(weights)
    lat = sum(one.lat * weight for one, weight in zip(good, weights, strict=True)) / total
    lon = sum(one.lon * weight for one, weight in zip(good, weights, strict=True)) / total
    squares = (metres((lon, lat), one.spot) ** 2 * weight for one, weight in zip(good, weights, strict=True))
    apart = (sum(squares) / total) ** 0.5
    accuracy = max(min(one.accuracy for one in good), apart)
    return Fix(lat, lon, accuracy, len(good), max(one.at for one in good))


def between(a: Point | None, b: Point | None) -> float | None:
    """Metres on the ellipsoid."""
    return metres((a.x, a.y), (b.x, b.y)) if a and b else None
