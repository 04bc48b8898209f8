"""What a reader waits for, over HTTP, at the office's size and at a large one."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bench import checks, load, machine, servers, tiles
from bench.cities import City
from bench.load import Run
from bench.results import Result, Table
from bench.sections import Bench
from bench.stats import median, percentile, significant

COUNT = 400  # addresses of each kind; asked in turn


def addresses(city: City) -> dict[str, list[str]]:
    """By what they ask for: the same ones every time."""
    places = tiles.spots(city)
    mix = tiles.choose(places, tiles.MIX, COUNT)
    _, slug, _ = checks.a_commodity(city)
    kinds = [row[0] for row in city.ask("SELECT code FROM permits_permittype ORDER BY code")]
    names = [name for _, name in checks.holders(city, COUNT)]
    boxes = checks.boxes(city, 100)
    near = [f"{lon:.5f},{lat:.5f}" for lon, lat in (tiles.lonlat(*place) for place in places[:COUNT])]
    words = ["batik", "bathik", "salon", "apotek", "reklame", "medono", "batik medono", "ikan"]
    return {
        "tile, zoom mix 5 to 16": [tile.path for tile in mix],
        "tile of one commodity": [f"{tile.path}?commodity={slug}" for tile in mix],
        "tile of one permit type": [f"{t.path}?type={kinds[n % len(kinds)]}" for n, t in enumerate(mix)],
        "search, first letters of a name": [_search(name[: 6 + n % 6]) for n, name in enumerate(names)],
        "search, a whole name": [_search(name) for name in names],
        "search, an everyday word": [_search(word) for word in words],
        "map list, all": ["/peta/daftar/"],
        "map list, a word": ["/peta/daftar/?" + urlencode({"q": word}) for word in words],
        "map list, near": [f"/peta/daftar/?dekat={at}" for at in near],
        "map page": ["/peta/"],
        "directory": ["/perusahaan/"],
        "API, box of 100 permits": [checks.box_path(box, 100) for box in boxes],
        "API, nearest 10": [f"/api/v1/permits/?limit=10&near={at}" for at in near],
    }


def _search(q: str) -> str:
    return "/api/v1/search/?" + urlencode({"q": q})


def check(city: City, port: int) -> list[str]:
    sample = tiles.choose(tiles.spots(city), dict.fromkeys(range(5, 18), 1), 13, seed=1)
    return [
        checks.tile_counts(city, port, sample),
        checks.search_finds(city, port),
        checks.api_counts(city, port),
        checks.list_counts(city, port),
    ]


def run(bench: Bench, result: Result) -> None:
    columns = ("what", "median ms", "p95 ms", "with 4 at a time: p95 ms", "requests/s", "KB each")
    for size in bench.sizes():
        city = bench.city(size)
        result.machine |= machine.database(city)
        with servers.site(city) as port:
            result.checks += [f"{city.size:,} permits: {said}" for said in check(city, port)]
            table = result.table(
                f"{city.size:,} permits, 2 workers of 1 thread as in bin/serve, {bench.options.rounds}"
                " rounds",
                *columns,
            )
            _measure(bench, port, addresses(city), table)
    with servers.trivial(bench.real()) as port:
        idle = load.fire(port, [load.request(port, "/")], seconds=bench.seconds).expect(200)
    result.note(
        f"""The load generator itself gets {significant(idle.rate)} answers a second from an application
        that does nothing, under the same server: it is not what limits the figures above."""
    )
    result.note(
        """Median and p95 are of one request at a time, KB of bodies as they came (gzip where the site
        packs). No cache stands in between; browser caches and ETags make what people see faster."""
    )


def _measure(bench: Bench, port: int, wanted: dict[str, list[str]], table: Table) -> None:
    """Kinds in turn, round by round; of each the median over rounds."""
    alone: dict[str, list[Run]] = {what: [] for what in wanted}
    together: dict[str, list[Run]] = {what: [] for what in wanted}
    requests = {what: [load.request(port, path) for path in paths] for what, paths in wanted.items()}
    seconds = bench.seconds / 2
    for turn in range(bench.options.rounds + 1):
        for what, each in requests.items():
            if not turn:  # warm: plans, pages of the database, templates
                load.fire(port, each, seconds=seconds)
                continue
            first = turn * 53
            alone[what].append(load.fire(port, each, seconds=seconds, connections=1, first=first).expect(200))
            together[what].append(load.fire(port, each, seconds=seconds, first=first).expect(200))
    for what in wanted:
        table.add(
            what,
            significant(median([median(run.ms) for run in alone[what]])),
            significant(_p95(alone[what])),
            significant(_p95(together[what])),
            significant(median([run.rate for run in together[what]])),
            significant(median([run.bytes_each for run in together[what]]) / 1000),
        )


def _p95(runs: Sequence[Run]) -> float:
    return median([percentile(run.ms, 0.95) for run in runs])
