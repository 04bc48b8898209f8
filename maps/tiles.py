"""Vector tiles of permits and zones, with their TileJSON.

A tile without filters, or of one commodity, is one call of maps_tile() on the pyramid. Any other filter is
grouped on the fly from maps_place. Both give the layers `place` and `cluster` (LAYERS); n counts
sites, `same` says that all of them stand on one spot.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from geoportal.geography.models import Zone
from maps import search
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
            "n": "sites on this spot",
            "same": "true where n is above 1",
            "status": "in_force, ending, expired, suspended, revoked, replaced, registered",
            "quality": "how well the point is known: surveyed, building, street, village",
            "company": "name of the holder",
            "type": "code of the permit type",
        },
        "cluster": {"n": "sites", "same": "true where all stand on one spot"},
    },
    "zones": {
        "zones": {"code": "String", "name": "String", "level": "district, village", "approximate": "Boolean"},
    },
}

_known: tuple[float, int] | None = None


def forget() -> None:
    global _known
    _known = None


def version() -> int:
    """Rises whenever a tile may have changed, at midnight too. Asked at most every 2 s a process."""
    global _known
    if _known is None or time.monotonic() - _known[0] >= VERSION_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT maps_tile_version()")
            _known = (time.monotonic(), cursor.fetchone()[0])
    return _known[1]


def zone_version() -> str:
    """Boundaries change when somebody loads them: their count, areas and credits say so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(code || xmin::text, ',' ORDER BY code)) FROM geography_zone")
        return str(cursor.fetchone()[0])


def in_range(z: int, x: int, y: int) -> bool:
    return 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def permits(z: int, x: int, y: int, chosen: Filter) -> bytes:
    """The tile at XYZ address (z, x, y), EPSG:3857, extent 4096; b"" when empty."""
    rest = replace(chosen, commodity=())
    if rest.is_empty and len(chosen.commodity) <= 1:
        wanted = chosen.commodity[0].pk if chosen.commodity else 0
        return _one("SELECT maps_tile(%s, %s, %s, %s)", [z, x, y, wanted])
    rows = chosen.places()
    return _grouped(z, x, y, search.apply(rows, chosen.q) if chosen.q else rows)


def zones(z: int, x: int, y: int) -> bytes:
    return _one("SELECT maps_zone_tile(%s, %s, %s)", [z, x, y])


def _one(sql: str, params: Sequence[Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bytes(cursor.fetchone()[0] or b"")


_TILE = """
WITH hit AS MATERIALIZED (
    SELECT r.* FROM ({rows}) r WHERE r.point && (SELECT ST_TileEnvelope(%s, %s, %s))
), tile AS (
    SELECT 4096 * 2.0 ^ %s / 40075016.685578488 AS scale
), spot AS (
    SELECT min(public_id) AS id, count(*)::int AS n, count(*) > 1 AS same, min(status) AS status,
           min(quality) AS quality, min(company_name) AS company, min(code) AS type,
           round(ST_X(point) * scale + 20037508.342789244 * scale - %s * 4096.0) AS px,
           round(20037508.342789244 * scale - %s * 4096.0 - ST_Y(point) * scale) AS py
    FROM hit, tile GROUP BY point, scale
), small AS (SELECT count(*) <= {most} AS yes FROM spot)
SELECT CASE WHEN (SELECT yes FROM small) THEN
    (SELECT ST_AsMVT(t, 'place', 4096, 'g') FROM (
        SELECT id, n, same, status, quality, company, type, ST_MakePoint(px, py) AS g
        FROM spot WHERE px >= 0 AND px < 4096 AND py >= 0 AND py < 4096) t)
ELSE
    (SELECT ST_AsMVT(t, 'cluster', 4096, 'g') FROM (
        SELECT sum(n)::int AS n, count(*) = 1 AS same,
               ST_MakePoint(round(sum(px * n) / sum(n)), round(sum(py * n) / sum(n))) AS g
        FROM spot WHERE px >= 0 AND px < 4096 AND py >= 0 AND py < 4096
        GROUP BY floor(px / 128), floor(py / 128)) t)
END
"""


def _grouped(z: int, x: int, y: int, rows: PlaceQuerySet) -> bytes:
    columns = rows.exclude(point=None).order_by()
    found = columns.values("public_id", "status", "quality", "company_name", "point", code=F("type__code"))  # type: ignore[misc]  # annotated
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
