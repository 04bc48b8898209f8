"""Links that open map applications at a place, with the way there from where the person stands."""

from typing import TypedDict
from urllib.parse import quote


class Links(TypedDict):
    google: str
    osm: str
    waze: str
    apple: str
    geo: str


def links(lon: float, lat: float, name: str) -> Links:
    """URLs for a point in EPSG:4326. None of the applications but geo: and Apple takes a name with a way.

    Formats: Google Maps URLs (api=1), OSM's directions page, Waze deep links, Apple Map Links, RFC 5870
    with the q= label that Android understands.
    """
    spot = f"{lat:.6f},{lon:.6f}"
    label = quote(name, safe="")
    return {
        "google": f"https://www.google.com/maps/dir/?api=1&destination={quote(spot)}",
        "osm": f"https://www.openstreetmap.org/directions?to={quote(spot)}#map=17/{lat:.6f}/{lon:.6f}",
        "waze": f"https://www.waze.com/ul?ll={quote(spot)}&navigate=yes",
        "apple": f"https://maps.apple.com/?daddr={quote(spot)}&q={label}&dirflg=d",
        "geo": f"geo:{spot}?q={spot}({label})",
    }
