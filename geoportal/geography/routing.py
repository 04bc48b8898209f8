"""The way from one point to another. The domain's side of the ROUTER slot; adapters stand in backends/."""

from dataclasses import dataclass
from typing import Protocol

from geoportal.plugins import plugin


class NoRoute(Exception):
    """No way can be given; the text says why and what to do instead."""


@dataclass(frozen=True)
class Route:
    line: tuple[tuple[float, float], ...]  # (lon, lat), EPSG:4326
    length: float  # metres
    time: float  # seconds


class Router(Protocol):
    def route(self, start: tuple[float, float], end: tuple[float, float]) -> Route:
        """Both (lon, lat). Raises NoRoute."""
        ...


def router() -> Router:
    found: Router = plugin("ROUTER")
    return found
