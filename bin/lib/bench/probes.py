"""Addresses whose SQL is timed inside Django, and searches by name; used by `sql` and by `growth`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from bench import checks, cities, tiles
from bench.cities import City
from bench.stats import percentile

SEED = 7


@dataclass(frozen=True)
class Times:
    """ms of SQL, and of the whole answer without HTTP."""

    sql: list[float]
    all: list[float]

    @property
    def p50(self) -> float:
        return percentile(self.sql, 0.5)

    @property
    def p95(self) -> float:
        return percentile(self.sql, 0.95)


def ask(city: City, wanted: dict[str, list[str]]) -> dict[str, Times]:
    """Times of addresses, by what they ask for. Every answer must be a 200."""
    found: dict[str, list[dict[str, Any]]] = cities.ask_inside(
        city, "urls", {"paths": wanted, "texts": False}
    )
    wrong = [
        f"{row['path']}: {row['status']}" for rows in found.values() for row in rows if row["status"] != 200
    ]
    if wrong:
        raise checks.Wrong("; ".join(wrong[:3]))
    return {
        what: Times([row["sql_ms"] for row in rows], [row["ms"] for row in rows])
        for what, rows in found.items()
    }


def statements(city: City, paths: list[str]) -> list[str]:
    """The last statement, as text, that each address runs: for a tile the one that makes it."""
    rows: list[dict[str, Any]] = cities.ask_inside(city, "urls", {"paths": {"": paths}, "texts": True})[""]
    return [row["texts"][-1] for row in rows if row["texts"]]


def typo(text: str, chance: random.Random) -> str:
    """One slip of the pen in a name: a letter lost, doubled, changed or swapped with its neighbour."""
    places = [n for n in range(1, len(text) - 1) if text[n].isalpha() and text[n + 1].isalpha()]
    if not places:
        return text
    n = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:n] + text[n + 1 :]
    if kind == 1:
        return text[: n + 1] + text[n:]
    if kind == 2:
        return text[:n] + chance.choice("aeioubdgknrst") + text[n + 1 :]
    return text[:n] + text[n + 1] + text[n] + text[n + 2 :]


@dataclass(frozen=True)
class Found:
    recall: float
    times: Times


def names(city: City, count: int, *, slips: bool) -> Found:
    """Searches for holders by name, with one slip in each if wanted; the share among the first twenty."""
    chance = random.Random(SEED)  # noqa: S311 - the same slips every time
    chosen = checks.holders(city, count)
    wanted = [[typo(name, chance) if slips else name, pk] for pk, name in chosen]
    rows = cities.ask_inside(city, "names", wanted)
    times = Times([row[2] for row in rows], [row[1] for row in rows])
    return Found(sum(row[0] for row in rows) / len(rows), times)


def tile_paths(city: City, count: int, mix: dict[int, int] | None = None) -> list[str]:
    return [tile.path for tile in tiles.choose(tiles.spots(city), mix or tiles.MIX, count)]


def nearest_paths(city: City, count: int) -> list[str]:
    """The ten nearest permits of the rarest commodity, from where some permit is."""
    _, slug, _ = checks.a_commodity(city, rare=True)
    points = (tiles.lonlat(*spot) for spot in tiles.spots(city, count))
    return [f"/api/v1/permits/?commodity={slug}&limit=10&near={lon:.5f},{lat:.5f}" for lon, lat in points]


def permit_paths(city: City, count: int) -> list[str]:
    rows = city.ask(
        "SELECT public_id FROM maps_place WHERE first_site ORDER BY md5(id::text) LIMIT %s", count
    )
    return [f"/api/v1/permits/{row[0]}/" for row in rows]


def filters(city: City) -> dict[str, str]:
    """Query strings of tiles beyond none and one commodity: by what they combine."""
    goods = [row[0] for row in city.ask("SELECT slug FROM companies_commodity ORDER BY slug")]
    kinds = [row[0] for row in city.ask("SELECT code FROM permits_permittype ORDER BY code")]
    zones = [
        row[0] for row in city.ask("SELECT code FROM geography_zone WHERE level = 'village' ORDER BY code")
    ]
    some = "type=" + ",".join(kinds[:10])
    return {
        "10 types": some,
        "3 commodities": "commodity=" + ",".join(goods[:3]),
        "3 commodities, 40 types": "commodity=" + ",".join(goods[:3]) + "&type=" + ",".join(kinds[:40]),
        "10 villages": "zone=" + ",".join(zones[:10]),
        "all commodities": "commodity=" + ",".join(goods),
        "one source": "source=sakpore",
        "expired": "status=expired",
        "a word": "q=batik",
    }
