"""What the database needs for each thing that people do, as the application really asks it, without HTTP."""

from __future__ import annotations

from bench import checks, machine, probes, servers, tiles, writing
from bench.cities import City
from bench.results import Result, Table
from bench.sections import Bench
from bench.stats import percentile, significant

COLUMNS = ("what", "SQL median ms", "SQL p95 ms", "whole answer p95 ms", "to reach")


def add(table: Table, what: str, times: probes.Times, goal: str = "") -> None:
    whole = significant(percentile(times.all, 0.95))
    table.add(what, significant(times.p50), significant(times.p95), whole, goal)


def run(bench: Bench, result: Result) -> None:
    count = 20 if bench.options.quick else 200
    for size in bench.sizes():
        city = bench.city(size)
        result.machine |= machine.database(city)
        with servers.site(city) as port:
            sample = tiles.choose(tiles.spots(city), tiles.MIX, 8, seed=2)
            result.checks.append(f"{city.size:,} permits: {checks.tile_counts(city, port, sample)}")
        _tiles(city, result, count)
        _filters(city, result, count // 2)
        _search(city, result, count)
        _others(city, result, count)
    result.note(
        """SQL: the time of all statements of one answer until their rows are in the application; whole
        answer: all that Django does for it, without a server in between. Of two times each the better one,
        since other work on the machine only ever adds."""
    )


def _tiles(city: City, result: Result, count: int) -> None:
    table = result.table(f"Tiles by zoom, {city.size:,} permits", *COLUMNS)
    _, slug, _ = checks.a_commodity(city)
    _, rare, _ = checks.a_commodity(city, rare=True)
    places = tiles.spots(city)
    each = max(count // 8, 5)
    wanted = {f"zoom {z}": [tile.path for tile in tiles.choose(places, {z: 1}, each)] for z in range(5, 18)}
    mix = wanted["zoom mix 5 to 16"] = probes.tile_paths(city, count)
    for name, goods in (("commonest", slug), ("rarest", rare)):
        wanted[f"zoom mix, {name} commodity"] = [f"{path}?commodity={goods}" for path in mix]
    for what, times in probes.ask(city, wanted).items():
        add(table, what, times, "p95 under 10")


def _filters(city: City, result: Result, count: int) -> None:
    goal = "p95 under 100" if city.size <= 100_000 else "p95 under 300"
    table = result.table(f"Tiles under other filters, {city.size:,} permits", *COLUMNS)
    mix = probes.tile_paths(city, count)
    wanted = {}
    for what, query in probes.filters(city).items():
        wanted[f"zoom mix, {what}"] = [f"{path}?{query}" for path in mix]
        wanted[f"zoom 0, {what}"] = [f"/tiles/permits/0/0/0.mvt?{query}"] * 5
    for what, times in probes.ask(city, wanted).items():
        add(table, what, times, goal)


def _search(city: City, result: Result, count: int) -> None:
    holders = city.one("SELECT count(*) FROM maps_company")
    columns = ("what", "recall@20", "to reach", "SQL median ms", "SQL p95 ms", "whole p95 ms", "to reach ")
    table = result.table(f"Search for a holder by name, {holders:,} holders, {city.size:,} permits", *columns)
    for what, slips, goal in (("the name", False, "0.99"), ("the name with one slip", True, "0.90")):
        found = probes.names(city, count, slips=slips)
        times = found.times
        whole = significant(percentile(times.all, 0.95))
        sql = (significant(times.p50), significant(times.p95))
        table.add(what, f"{found.recall:.3f}", f"at least {goal}", *sql, whole, "p95 under 10")


def _others(city: City, result: Result, count: int) -> None:
    table = result.table(f"Other things, {city.size:,} permits", *COLUMNS)
    wanted = {
        "10 nearest of the rarest commodity": probes.nearest_paths(city, count),
        "one permit by its public id": probes.permit_paths(city, count),
    }
    goals = ("p95 under 5", "p95 under 1")
    for (what, times), goal in zip(probes.ask(city, wanted).items(), goals, strict=True):
        add(table, what, times, goal)
    added = writing.measure(city, min(count, 100))
    add(table, "adding one permit, to the end of COMMIT", probes.Times(added, added), "under 5")
