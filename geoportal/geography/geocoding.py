"""Finding a point for words. The domain's side of the GEOCODER slot; adapters stand in backends/."""

from dataclasses import dataclass
from typing import Protocol

from geoportal.geography.quality import Quality
from geoportal.plugins import plugin


class GeocoderUnavailable(Exception):
    """The service did not answer or refused. The text says what to do; nothing was found or ruled out."""


@dataclass(frozen=True)
class Found:
    label: str
    lon: float  # degrees, EPSG:4326
    lat: float
    quality: Quality


class Geocoder(Protocol):
    credit: str  # shown beside results; "" when none is owed

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        """Best first; [] when nothing is known by these words. Raises GeocoderUnavailable."""
        ...


def geocoder() -> Geocoder:
    found: Geocoder = plugin("GEOCODER")
    return found
