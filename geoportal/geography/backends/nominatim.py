"""Streets and houses from OpenStreetMap, by a Nominatim server and geopy.

What people type is sent to that server, so nothing is unless an operator chooses this adapter. The public
server's usage policy asks for a name to identify by, one request a second at most, kept answers and a credit.
"""

from hashlib import blake2b
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from geopy.exc import GeocoderRateLimited, GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

from geoportal.geography.geocoding import Found, GeocoderBusy, GeocoderUnavailable, words
from geoportal.geography.models import Zone
from geoportal.geography.quality import Quality

CREDIT: Final = "© OpenStreetMap contributors"
BUILDING_RANK, STREET_RANK = 28, 26  # Nominatim's place_rank: houses and shops, then streets, then areas
KEPT: Final = 7 * 24 * 3600  # seconds


class NominatimGeocoder:
    """Looks only inside the box around the loaded zones.

    user_agent      names the installation, with a way to reach its operator; required
    domain, scheme  of the server; the public one by default
    timeout         seconds to wait for an answer
    pause           seconds between two requests of this process, whatever its threads; with n processes
                    (WEB_WORKERS) give n
    country_codes   ISO 3166-1 alpha-2, separated by commas; "" for any
    """

    def __init__(
        self,
        *,
        user_agent: str,
        domain: str = "nominatim.openstreetmap.org",
        scheme: str = "https",
        timeout: float = 5.0,
        pause: float = 1.0,
        country_codes: str = "",
    ) -> None:
        try:
            server = Nominatim(user_agent=user_agent.strip(), domain=domain, scheme=scheme, timeout=timeout)
        except GeopyError as error:
            raise ImproperlyConfigured(f"NominatimGeocoder: {error}") from error
        self._countries = country_codes.replace(" ", "").lower()
        self._server = f"{scheme}://{domain}"
        self._ask = RateLimiter(
            server.geocode,
            min_delay_seconds=pause,
            max_retries=0,
            error_wait_seconds=pause,
            swallow_exceptions=False,
        )

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        wanted = words(text)
        if not wanted:
            return []
        question = {
            "query": wanted,
            "limit": limit,
            "viewbox": _box(),
            "country_codes": self._countries,
            "language": get_language() or "",
        }
        # a digest, since what people type may be somebody's address and does not belong into a key
        digest = blake2b(f"{self._server} {question}".casefold().encode(errors="replace"), digest_size=16)
        key = f"nominatim.{digest.hexdigest()}"
        known: list[Found] | None = cache.get(key)
        if known is None:
            known = self._answer(question)[:limit]
            cache.set(key, known, KEPT)
        return known

    def _answer(self, question: dict[str, Any]) -> list[Found]:
        try:
            return [_found(place) for place in self._ask(**question, bounded=True, exactly_one=False) or ()]
        except GeocoderRateLimited as error:
            reason = _("The address service was asked too often. Try again in a minute, or use the map.")
            raise GeocoderBusy(reason) from error
        # geopy takes the shape of an answer for granted: one that is no list of places fails in these ways
        except (GeopyError, LookupError, TypeError, ValueError, AttributeError) as error:
            reason = _("The address service does not answer. Try again later, or use the map.")
            raise GeocoderUnavailable(reason) from error


def _found(place: Any) -> Found:
    """Of a geopy Location."""
    rank = int(place.raw.get("place_rank") or 0)
    quality = (
        Quality.BUILDING
        if rank >= BUILDING_RANK
        else Quality.STREET
        if rank >= STREET_RANK
        else Quality.VILLAGE
    )
    # not place.longitude: geopy puts at 0,0 what has no coordinates
    lon, lat = float(place.raw["lon"]), float(place.raw["lat"])
    return Found(str(place.address or ""), lon, lat, quality, CREDIT)


def _box() -> list[tuple[float, float]]:
    """Two opposite corners, (lat, lon), of all zones. One query."""
    extent = Zone.objects.aggregate(box=Extent("area"))["box"]
    if extent is None:
        raise GeocoderUnavailable(
            _("No zones are loaded, so it is not known where to look. Run load_zones first.")
        )
    west, south, east, north = extent
    return [(south, west), (north, east)]
