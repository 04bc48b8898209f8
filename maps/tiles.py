"""Vector tiles of permits and zones, with their TileJSON.

A tile without filters, or of one commodity, is one call of maps_tile() on the pyramid. Any other filter is
grouped on the fly, from pins where they know enough. All give the layers `place` and `cluster` (LAYERS);
n counts sites, `same` says that all of them stand on one spot.
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
from django.db.models import F, QuerySet
from django.http import HttpRequest

from geoportal.geography.models import Zone
from maps.filters import Filter
from maps.models import CODE_BITS, Centimetres

MAX_ZOOM = 20
MAX_POINTS = 1000
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
    if replace(chosen, commodity=(), near=None).is_empty and len(chosen.commodity) <= 1:
        wanted = chosen.commodity[0].pk if chosen.commodity else 0
        return _one("SELECT maps_tile(%s, %s, %s, %s)", [z, x, y, wanted])
    return _grouped(z, x, y, chosen)


def zones(z: int, x: int, y: int) -> bytes:
    return _one("SELECT maps_zone_tile(%s, %s, %s)", [z, x, y])


def _one(sql: str, params: Sequence[Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bytes(cursor.fetchone()[0] or b"")


# Cells first, so that a million rows need no room; the few that are shown singly are looked up at the end.
_TILE = """
WITH pin AS NOT MATERIALIZED ({pins}), cell AS MATERIALIZED (
    SELECT count(*)::int AS n, sum(cx)::float8 / count(*) AS x, sum(cy)::float8 / count(*) AS y,
           min(place) AS one, min(zcode) = max(zcode) AS same
    FROM pin GROUP BY zcode >> (2 * ({bits} - maps_cell_level(%s)))
)
SELECT CASE WHEN sum(n) > {most}
    THEN maps_tile_cells(array(SELECT ROW (n, x, y, one, same)::maps_cell FROM cell), %s, %s, %s)
    ELSE maps_tile_places(array(SELECT place FROM pin), %s, %s, %s) END
FROM cell
"""


def _grouped(z: int, x: int, y: int, chosen: Filter) -> bytes:
    pins = chosen.pins()
    rows: QuerySet[Any, Any]
    if pins is not None:
        rows = pins.in_tile(z, x, y).values("zcode", place=F("place_id"), cx=F("x"), cy=F("y"))
    else:
        cx, cy = Centimetres("point", "ST_X"), Centimetres("point", "ST_Y")
        rows = chosen.places().in_tile(z, x, y).values("zcode", place=F("id"), cx=cx, cy=cy)
    try:
        sql, params = rows.order_by().query.sql_with_params()
    except EmptyResultSet:  # Django knows already that nothing answers
        return b""
    sql = _TILE.format(pins=sql, most=MAX_POINTS, bits=CODE_BITS)
    return _one(sql, [*params, z, z, x, y, z, x, y])


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
