"""Finding a point for words. The domain's side of the GEOCODER slot; adapters stand in backends/."""

from dataclasses import dataclass
from typing import Protocol

from geoportal.geography.quality import Quality
from geoportal.plugins import plugin

LONGEST = 200  # characters of a question


class GeocoderUnavailable(Exception):
    """The service did not answer or refused. The text says what to do; nothing was found or ruled out."""


class GeocoderBusy(GeocoderUnavailable):
    """It was asked too often; the same question may be put again later."""


@dataclass(frozen=True)
class Found:
    label: str
    lon: float  # degrees, EPSG:4326
    lat: float
    quality: Quality
    credit: str = ""  # shown wherever this answer is; "" when none is owed


class Geocoder(Protocol):
    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        """At most `limit` (1 or more), best first; [] when nothing is known by these words.

        Raises GeocoderUnavailable.
        """
        ...


def words(text: str) -> str:
    """A question as every adapter takes it: single blanks, no NUL, at most LONGEST characters."""
    return " ".join(text.replace("\x00", " ").split())[:LONGEST]


def geocoder() -> Geocoder:
    found: Geocoder = plugin("GEOCODER")
    return found
