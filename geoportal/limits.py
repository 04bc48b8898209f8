"""One exact rate limiter, counted in PostgreSQL (DESIGN §8: other counters let hundreds through).

    with limits.misses("signin", key, most=10, seconds=900) as attempt:
        ...
        attempt.forgive()        # it was no miss: does not count

Counted before the work is done, so that parallel tries cannot all slip through.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from geoportal.fields import blind_index

_COUNT = """
INSERT INTO geoportal_attempt AS a (bucket, key, hits, since) VALUES (%s, %s, 1, now())
ON CONFLICT (bucket, key) DO UPDATE SET
    hits = CASE WHEN a.since < now() - %s * interval '1 second' THEN 1 ELSE a.hits + 1 END,
    since = CASE WHEN a.since < now() - %s * interval '1 second' THEN now() ELSE a.since END
RETURNING hits, ceil(extract(epoch FROM since + %s * interval '1 second' - now()))::int
"""


class TooMany(Exception):
    """The limit is reached; `retry_after` seconds until the window ends."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = max(retry_after, 1)
        super().__init__(f"too many attempts; try again in {self.retry_after} s")


class Attempt:
    forgiven = False

    def forgive(self) -> None:
        self.forgiven = True


@contextmanager
def misses(bucket: str, key: str, *, most: int, seconds: int) -> Iterator[Attempt]:
    """Allows `most` unforgiven passes a key in `seconds`. Raises TooMany before the body runs."""
    digest = blind_index(key or "nothing given", f"limit.{bucket}")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [bucket, digest, seconds, seconds, seconds])
        hits, left = cursor.fetchone()
    if hits > most:
        raise TooMany(left)
    attempt = Attempt()
    yield attempt
    if attempt.forgiven:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE geoportal_attempt SET hits = greatest(hits - 1, 0) WHERE bucket = %s AND key = %s",
                [bucket, digest],
            )


def client_address(request: HttpRequest) -> str:
    """The address of who asks: the last hop that is not a trusted proxy.

    X-Forwarded-For is believed only from settings.TRUSTED_PROXIES. IPv6 is cut to its /64: one household.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    address = request.META.get("REMOTE_ADDR", "")
    while address in settings.TRUSTED_PROXIES and hops:
        address = hops.pop()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)
