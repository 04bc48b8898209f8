"""Tiles of the same table, side by side: ours, tipg, django-vectortiles, and pgbench on our own SQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from bench import checks, load, machine, peers, probes, servers, tiles
from bench.cities import City
from bench.load import Run
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, paired, percentile, significant
from bench.tiles import Tile

COUNT = 600
OURS, TIPG, VECTORTILES = "SAKPORE", "tipg", "django-vectortiles"
PATHS: dict[str, Callable[[Tile], str]] = {
    OURS: lambda t: t.path,
    TIPG: lambda t: f"/collections/public.{peers.TABLE}/tiles/WebMercatorQuad/{t.z}/{t.x}/{t.y}",
    VECTORTILES: lambda t: f"/tiles/{t.z}/{t.x}/{t.y}",
}
# tipg cuts a tile off at 10,000 features by default: compared only well beneath
COMPARABLE = 5_000


def run(bench: Bench, result: Result) -> None:
    result.machine |= peers.install()
    city = bench.large()
    result.machine |= machine.database(city)
    places = tiles.spots(city)
    mix, close = tiles.choose(places, tiles.MIX, COUNT), tiles.choose(places, tiles.CLOSE, COUNT)
    with ExitStack() as stack:
        ports = {
            OURS: stack.enter_context(servers.site(city)),
            TIPG: stack.enter_context(peers.tipg(city)),
            VECTORTILES: stack.enter_context(peers.django(city)),
        }
        result.checks += _check(city, ports, close[:12], mix[:12])
        _compare(bench, result, "Zoom mix 5 to 16", mix, ports, city.size)
        _compare(bench, result, "Zoom 14 to 17", close, ports, city.size)
        _share_of_sql(bench, result, city, mix, ports[OURS])
        _unchanged(bench, result, mix, ports[OURS])
    result.note(
        """Two worker processes each, gzip accepted, four connections. Ours are clustered where a tile holds
        more than a thousand sites, which is why they are small; tipg sends every column of the table and at
        most 10,000 features, django-vectortiles the six columns that its layer names and all features. Both
        as their documentation sets them up."""
    )
    result.note(
        """pgbench runs, on two connections, the very statements that our tiles run, as simple queries: what
        the database alone could do with this SQL."""
    )


def _check(city: City, ports: dict[str, int], close: list[Tile], mix: list[Tile]) -> list[str]:
    """Each counts the same sites where it sends single ones; ours anywhere."""
    said = [checks.tile_counts(city, ports[OURS], [*close, *mix])]
    compared = 0
    for tile in close:
        wanted, every = tiles.recount(city, tile)[0], _every(city, tile)
        if max(wanted, every) > COMPARABLE:
            continue
        body = checks.answer(ports[VECTORTILES], PATHS[VECTORTILES](tile))
        _near(f"{VECTORTILES} {tile}", tiles.features(body), wanted)
        body = checks.answer(ports[TIPG], PATHS[TIPG](tile))
        _near(f"{TIPG} {tile}", tiles.features(body), every)
        compared += 1
    told = f"in {compared} tiles both others send the features that a recount finds, their margins aside"
    return [*said, told]


def _near(what: str, found: int, wanted: int) -> None:
    """Both add a margin around a tile, so a few more are right; fewer never are."""
    if not wanted <= found <= wanted * 1.5 + 60:
        raise checks.Wrong(f"{what}: sends {found} features, a recount says {wanted}")


def _every(city: City, tile: Tile) -> int:
    left, bottom, right, top = tile.box
    sql = "SELECT count(*) FROM maps_place WHERE ST_Intersects(point, ST_MakeEnvelope(%s, %s, %s, %s, 3857))"
    return int(city.one(sql, left, bottom, right, top))


def _compare(
    bench: Bench, result: Result, title: str, chosen: list[Tile], ports: dict[str, int], size: int
) -> None:
    requests = {
        name: [load.request(port, PATHS[name](tile)) for tile in chosen] for name, port in ports.items()
    }
    runs: dict[str, list[Run]] = {name: [] for name in ports}
    for turn in range(bench.options.rounds + 1):
        for name, port in ports.items():
            found = load.fire(port, requests[name], seconds=bench.seconds, first=turn * 97).expect(200, 204)
            if turn:  # the first round warms all up
                runs[name].append(found)
    columns = (
        "who",
        "requests/s",
        "median ms",
        "p95 ms",
        "KB a tile",
        "ours: times the requests/s",
        "ours: share of bytes",
    )
    table = result.table(f"{title}, {size:,} permits, {bench.options.rounds} rounds in turn", *columns)
    rates = {name: [run.rate for run in each] for name, each in runs.items()}
    weights = {name: [run.bytes_each for run in each] for name, each in runs.items()}
    for name, each in runs.items():
        rate = significant(median(rates[name]))
        waits = [significant(median([percentile(run.ms, share) for run in each])) for share in (0.5, 0.95)]
        ratios = ("", "")
        if name != OURS:
            ratios = (str(paired(rates[OURS], rates[name])), str(paired(weights[OURS], weights[name])))
        table.add(name, rate, *waits, significant(median(weights[name]) / 1000), *ratios)


def _share_of_sql(bench: Bench, result: Result, city: City, mix: list[Tile], port: int) -> None:
    statements = probes.statements(city, [tile.path for tile in mix])
    requests = [load.request(port, tile.path) for tile in mix]
    ours, theirs = [], []
    for turn in range(bench.options.rounds):
        ours.append(load.fire(port, requests, seconds=bench.seconds, first=turn * 97).expect(200).rate)
        theirs.append(peers.pgbench(city, statements))
    table = result.table(
        f"Our tile endpoint and pgbench on the same SQL, {city.size:,} permits", "who", "tiles/s", "share"
    )
    table.add("pgbench", significant(median(theirs)), "")
    table.add(OURS, significant(median(ours)), f"{paired(ours, theirs)} (to reach: 0.75)")


def _unchanged(bench: Bench, result: Result, mix: list[Tile], port: int) -> None:
    tags = {tile: load.get(port, tile.path, {"Accept-Encoding": "gzip"}).headers["etag"] for tile in set(mix)}
    fresh = [load.request(port, tile.path) for tile in mix]
    known = [load.request(port, tile.path, {"If-None-Match": tags[tile]}) for tile in mix]
    rates: dict[int, list[float]] = {200: [], 304: []}
    for turn in range(bench.options.rounds):
        for status, requests in ((200, fresh), (304, known)):
            found = load.fire(port, requests, seconds=bench.seconds / 2, first=turn * 97)
            rates[status].append(found.expect(status).rate)
    table = result.table(
        "An unchanged tile (304) and a fresh one", "answer", "requests/s", "times a fresh one"
    )
    table.add("fresh", significant(median(rates[200])), "")
    table.add("unchanged", significant(median(rates[304])), f"{paired(rates[304], rates[200])} (to reach: 4)")
