"""Vector tiles of permits and zones, with their TileJSON.

A tile without filters, or of one commodity, is one call of maps_tile() on the pyramid. Any other filter is
grouped on the fly from maps_place. Both give the layers `place` and `cluster` (LAYERS); n counts
sites, `same` says that all of them stand on one spot.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.http import HttpRequest

from geoportal.geography.models import Zone
from maps.filters import Filter
from maps.models import PlaceQuerySet

MAX_ZOOM = 20
MAX_POINTS = 1000
EXTENT = 4096
VERSION_SECONDS = 2.0

LAYERS = {
    "permits": {
        "place": {
            "id": "public id of the permit; of one of them where n is above 1",
            "n": "permits on this spot",
            "same": "true where n is above 1: it never splits",
            "status": "in_force, ending, expired, suspended, revoked, replaced, registered",
            "quality": "how well the point is known: surveyed, building, street, village",
            "company": "name of the holder; empty where it is not public",
            "type": "code of the permit type",
        },
        "cluster": {"n": "sites", "same": "true where all stand on one spot: it never splits"},
    },
    "zones": {
        "zones": {
            "code": "the ministry's",
            "name": "in Indonesian",
            "level": "district; village from zoom 10 on",
            "approximate": "true where the border was computed around the label point",
        },
        "names": {"code": "the ministry's", "name": "in Indonesian", "level": "district, village"},
    },
}

_known: dict[str, tuple[float, str]] = {}


def forget() -> None:
    _known.clear()


def _now_and_then(sql: str) -> str:
    """The answer to `sql`, asked at most every VERSION_SECONDS a process."""
    asked, answer = _known.get(sql, (-math.inf, ""))
    if time.monotonic() - asked >= VERSION_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            answer = str(cursor.fetchone()[0])
        _known[sql] = (time.monotonic(), answer)
    return answer


def version() -> str:
    """Changes whenever a tile of permits may have changed, at midnight too."""
    return _now_and_then("SELECT maps_tile_version()")


def zone_version() -> str:
    """Of the boundaries: xmin changes with every write of a row."""
    return _now_and_then("SELECT md5(string_agg(code || xmin::text, ',' ORDER BY code)) FROM geography_zone")


def in_range(z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def permits(z: int, x: int, y: int, chosen: Filter) -> bytes:
    """The tile at XYZ address (z, x, y), EPSG:3857, extent 4096; b"" when empty."""
    rest = replace(chosen, commodity=())
    if rest.is_empty and len(chosen.commodity) <= 1:
        wanted = chosen.commodity[0].pk if chosen.commodity else 0
        return _one("SELECT maps_tile(%s, %s, %s, %s)", [z, x, y, wanted])
    return _grouped(z, x, y, chosen.places())


def zones(z: int, x: int, y: int) -> bytes:
    return _one("SELECT maps_zone_tile(%s, %s, %s)", [z, x, y])


def _one(sql: str, params: Sequence[Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bytes(cursor.fetchone()[0] or b"")


# Everything is counted by its number only; the few that are shown one by one are looked up at the end.
_TILE = """
WITH hit AS (  -- a permit once on each spot
    SELECT r.point, r.permit_id, min(r.id) AS id, count(*) AS sites FROM ({rows}) r
    WHERE r.point && (SELECT ST_TileEnvelope(%s, %s, %s)) GROUP BY r.point, r.permit_id
), tile AS (
    SELECT 4096 * 2.0 ^ %s / 40075016.685578488 AS scale
), spot AS (
    SELECT min(id) AS id, sum(sites) AS sites, count(*)::int AS n,
           floor(ST_X(point) * scale + 20037508.342789244 * scale) - %s * 4096.0 AS px,
           floor(20037508.342789244 * scale - ST_Y(point) * scale) - %s * 4096.0 AS py
    FROM hit, tile GROUP BY point, scale
), inside AS (  -- the index knows borders to a metre only; floor() gives each point to exactly one tile
    SELECT *, count(*) OVER () <= {most}
              OR count(*) OVER (PARTITION BY floor(px / 128), floor(py / 128)) = 1 AS alone
    FROM spot WHERE px >= 0 AND px < 4096 AND py >= 0 AND py < 4096
)
SELECT coalesce((
    SELECT ST_AsMVT(t, 'place', 4096, 'g') FROM (
        SELECT p.public_id AS id, n, n > 1 AS same,
               permits_status(p.registered_only, p.revoked_on, p.suspended_on, p.replaced_by IS NOT NULL,
                   p.valid_until) AS status,
               p.quality, p.company_name AS company, k.code AS type, ST_MakePoint(px, py) AS g
        FROM inside s JOIN maps_place p ON p.id = s.id JOIN permits_permittype k ON k.id = p.type_id
        WHERE s.alone) t
    ), '') || coalesce((
    SELECT ST_AsMVT(t, 'cluster', 4096, 'g') FROM (
        SELECT sum(sites)::int AS n, false AS same,
               ST_MakePoint(floor(sum(px * sites) / sum(sites)), floor(sum(py * sites) / sum(sites))) AS g
        FROM inside WHERE NOT alone GROUP BY floor(px / 128), floor(py / 128)) t
    ), '')
"""


def _grouped(z: int, x: int, y: int, rows: PlaceQuerySet) -> bytes:
    columns = rows.exclude(point=None).order_by()
    found = columns.values("id", "permit_id", "point")
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:  # Django knows already that nothing answers
        return b""
    return _one(_TILE.format(rows=sql, most=MAX_POINTS), [*params, z, x, y, z, x, y])


def tile_json(request: HttpRequest, layer: str, *, query: str) -> dict[str, object]:
    """TileJSON 3.0 of `layer` ("permits" or "zones"); `query` is carried into the tiles' address."""
    villages = Zone.objects.villages()
    box = villages.aggregate(box=Extent("area"))["box"] or (-180.0, -85.0511, 180.0, 85.0511)
    owed = sorted(set(villages.exclude(credit="").values_list("credit", flat=True)))
    address = request.build_absolute_uri(f"/tiles/{layer}/") + "{z}/{x}/{y}.mvt"
    return {
        "tilejson": "3.0.0",
        "name": layer,
        "tiles": [f"{address}?{query}" if query else address],
        "attribution": "; ".join([settings.OFFICE_NAME, *owed]),
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": [round(side, 6) for side in box],
        "vector_layers": [{"id": name, "fields": fields} for name, fields in LAYERS[layer].items()],
    }
