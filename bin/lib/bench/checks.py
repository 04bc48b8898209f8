"""What must be true before anything is timed. A wrong answer is never timed: Wrong ends the section."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from bench import load, tiles
from bench.cities import City
from bench.tiles import Tile


class Wrong(Exception):
    """An answer is not what a recount says."""


def same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{what}: answered {found}, a recount says {wanted}")


def answer(port: int, path: str) -> bytes:
    got = load.get(port, path)
    if got.status not in (200, 204):  # 204: nothing is there
        raise Wrong(f"{path} answers {got.status}: {got.body[:200]!r}")
    return got.body


def read(port: int, path: str) -> Any:
    return json.loads(answer(port, path))


def a_commodity(city: City, *, rare: bool = False) -> tuple[int, str, int]:
    """(id, slug, sites) of the commodity with most counted sites, or fewest above nine."""
    order = "n" if rare else "n DESC"
    rows = city.ask(
        "SELECT c.id, c.slug, count(*) AS n"  # noqa: S608
        " FROM maps_place p, unnest(p.commodities) u JOIN companies_commodity c ON c.id = u"
        f" WHERE p.counted GROUP BY 1, 2 HAVING count(*) >= 10 ORDER BY {order}, 2 LIMIT 1"
    )
    if not rows:
        raise Wrong("the city has no commodity with ten permits: make it larger")
    return rows[0][0], rows[0][1], rows[0][2]


def tile_counts(city: City, port: int, sample: Sequence[Tile]) -> str:
    """Our tiles tell of exactly what a plain recount finds: unfiltered, of a commodity, of a type."""
    pk, slug, _ = a_commodity(city)
    code, kind = city.ask(
        "SELECT t.code, t.id FROM maps_place p JOIN permits_permittype t ON t.id = p.type_id WHERE p.counted"
        " GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1"
    )[0]
    total = 0
    for tile in sample:
        filters = {
            "": "true",
            f"?commodity={slug}": f"{pk} = ANY (commodities)",
            f"?type={code}": f"type_id = {kind}",
        }
        for query, condition in filters.items():
            path = f"{tile.path}{query}"
            found = tiles.counted(answer(port, path))
            wanted = tiles.recount(city, tile, condition)
            if found not in wanted:
                raise Wrong(
                    f"{path}: tells of {found}, a recount says {wanted[0]} sites, {wanted[1]} permits by spot"
                )
            total += wanted[0] if not query else 0
    zooms = sorted({tile.z for tile in sample})
    return (
        f"{len(sample)} tiles of zoom {zooms[0]} to {zooms[-1]}, each unfiltered, of one commodity and of"
        " one permit type,"
        f" tell of exactly the sites that a recount finds ({total:,} unfiltered)"
    )


def holders(city: City, most: int) -> list[tuple[int, str]]:
    """(id, name) of some holders that the public may see, the same every time."""
    rows = city.ask("SELECT id, name FROM maps_company ORDER BY md5(id::text) LIMIT %s", most)
    return [(pk, name) for pk, name in rows]


def search_finds(city: City, port: int, most: int = 10) -> str:
    """The API's search suggests a holder whose whole name is typed."""
    chosen = holders(city, most)
    for _, name in chosen:
        path = "/api/v1/search/?" + urlencode({"q": name})
        labels = [entry["label"] for entry in read(port, path)["suggestions"]]
        if name not in labels:
            raise Wrong(f"{path} suggests {labels}, not the holder of that name")
    return f"search suggests each of {len(chosen)} holders by its name"


def boxes(city: City, wanted: int) -> list[tuple[float, float, float, float]]:
    """Some boxes (degrees) that hold at most `wanted` sites each, around places; the same every time."""
    found = []
    for mx, my in tiles.spots(city, 40)[:20]:
        half = 4000.0
        for _ in range(12):
            n = city.one(
                "SELECT count(*) FROM maps_place WHERE point && ST_MakeEnvelope(%s, %s, %s, %s, 3857)",
                mx - half, my - half, mx + half, my + half,
            )  # fmt: skip
            if n <= wanted:
                break
            half *= min(0.9, (wanted / n) ** 0.5)
        west, south = tiles.lonlat(mx - half, my - half)
        east, north = tiles.lonlat(mx + half, my + half)
        found.append((west, south, east, north))
    return found


def box_path(box: tuple[float, float, float, float], limit: int) -> str:
    return f"/api/v1/permits/?limit={limit}&bbox=" + ",".join(f"{side:.6f}" for side in box)


def api_counts(city: City, port: int, most: int = 5) -> str:
    """A box of the API holds as many permits as SQL counts in it."""
    total = 0
    for box in boxes(city, 900)[:most]:
        sides = [round(side, 6) for side in box]
        wanted = city.one(
            "SELECT count(DISTINCT permit_id) FROM maps_place WHERE counted"
            " AND ST_Intersects(point, ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857))",
            *sides,
        )
        wanted = min(wanted, 1000)  # a village's label point may hold more than a page does
        path = box_path(box, 1000)
        same(path, read(port, path)["numberReturned"], wanted)
        total += wanted
    return f"{most} boxes of the API hold as many permits as SQL counts in them ({total:,})"


def list_counts(city: City, port: int) -> str:
    """The map page's list says how many permits are shown by default."""
    wanted = city.one(
        "SELECT count(*) FROM maps_place WHERE first_site AND coalesce(revoked_on > current_date, true)"
        " AND replaced_by IS NULL AND (registered_only OR coalesce(valid_until >= current_date, true)"
        " AND coalesce(suspended_on > current_date, true))"
    )
    found = re.search(rb'data-total="(\d+)"', answer(port, "/peta/"))
    same("/peta/", int(found[1]) if found else None, wanted)
    return f"the map page's list counts {wanted:,} permits, like SQL"
