"""How tiles, search and nearest grow with the number of permits: 10^4, 10^5 … up to --size."""

from __future__ import annotations

from bench import machine, probes
from bench.results import Curve, Picture, Result
from bench.sections import Bench
from bench.stats import significant

COUNT = 200


def sizes(most: int) -> list[int]:
    """Powers of ten from 10^4, and `most` itself."""
    powers = [10**n for n in range(4, 8) if 10**n <= most]
    return sorted({*powers, most})


def run(bench: Bench, result: Result) -> None:
    curves: dict[str, dict[str, list[tuple[float, float]]]] = {}
    columns = ("permits", "what", "SQL median ms", "SQL p95 ms")
    table = result.table("SQL of one answer", *columns)
    for size in sizes(bench.options.size):
        city = bench.city(size)
        wanted = {
            "tile, zoom mix": probes.tile_paths(city, COUNT),
            "10 nearest of the rarest": probes.nearest_paths(city, COUNT),
            "permit by its id": probes.permit_paths(city, COUNT),
        }
        found = probes.ask(city, wanted)
        found["search by name"] = probes.names(city, COUNT, slips=False).times
        found["search, one slip"] = probes.names(city, COUNT, slips=True).times
        for what, times in found.items():
            table.add(f"{size:,}", what, significant(times.p50), significant(times.p95))
            for share, value in (("median", times.p50), ("p95", times.p95)):
                curves.setdefault(share, {}).setdefault(what, []).append((size, value))
        result.machine |= machine.database(city)
    for share, lines in curves.items():
        title = f"SQL of one answer, {share}"
        drawn = [Curve(what, points) for what, points in lines.items()]
        result.pictures.append(Picture(f"growth-{share}", title, "ms", drawn))
    result.checks.append("each city equals a recount (manage.py publish --check) since it was made")
