"""A tile storm: more requests than two workers answer. Answers stay right, memory flat, pages served."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from bench import checks, load, machine, servers, tiles
from bench.results import Result
from bench.sections import Bench
from bench.stats import percentile, significant

RATE = 1000.0
SECONDS, QUICK_SECONDS = 60.0, 3.0
CONNECTIONS = 100
PAGES = ("/peta/daftar/", "/", "/livez")
GROWTH = 1.25  # memory after the storm, as a share of that before: above it, it is not flat


@dataclass
class Seen:
    """What somebody else saw who asked for pages and for a tile meanwhile."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)

    def watch(self, port: int, known: dict[str, bytes], stop: threading.Event) -> None:
        turn = 0
        while not stop.is_set():
            for path in (*PAGES, list(known)[turn % len(known)]):
                begin = time.perf_counter()
                try:
                    answer = load.get(port, path)
                except OSError as error:
                    self.wrong.append(f"{path}: {error}")
                    continue
                self.ms.setdefault(path if path in PAGES else "a tile", []).append(
                    (time.perf_counter() - begin) * 1000
                )
                if answer.status not in (200, 204) or answer.body != known.get(path, answer.body):
                    self.wrong.append(f"{path}: {answer.status}")
            self.mib.append(servers.memory(port))
            turn += 1
            stop.wait(1.0)


def run(bench: Bench, result: Result) -> None:
    city = bench.large()
    result.machine |= machine.database(city)
    seconds = QUICK_SECONDS if bench.options.quick else SECONDS
    chosen = tiles.choose(tiles.spots(city), tiles.MIX, 400)
    with servers.site(city) as port:
        result.checks.append(checks.tile_counts(city, port, chosen[:6]))
        requests = [load.request(port, tile.path) for tile in chosen]
        load.fire(port, requests, seconds=bench.seconds)
        known = {tile.path: checks.answer(port, tile.path) for tile in chosen[:20]}
        before = servers.memory(port)
        seen, stop = Seen(), threading.Event()
        watcher = threading.Thread(target=seen.watch, args=(port, known, stop))
        watcher.start()
        try:
            found = load.storm(port, requests, rate=RATE, seconds=seconds, connections=CONNECTIONS)
        finally:
            stop.set()
            watcher.join()
        after = servers.memory(port)
        found.run.expect(200, 204)
        if seen.wrong:
            raise checks.Wrong(f"during the storm: {', '.join(seen.wrong[:3])}")
        if after > before * GROWTH and not bench.options.quick:
            raise checks.Wrong(f"memory grew from {before:.0f} to {after:.0f} MiB")
        again = checks.tile_counts(city, port, chosen[:6])
        result.checks.append(f"{len(known)} tiles were the same during the storm as before; after it {again}")
    _tell(result, found, seen, before, after, f"{city.size:,} permits, {seconds:.0f} s")


def _tell(result: Result, found: load.Storm, seen: Seen, before: float, after: float, title: str) -> None:
    table = result.table(f"{RATE:,.0f} tiles asked for a second, {title}", "what", "figure")
    table.add("due", f"{found.due:,}")
    table.add("answered, all rightly", f"{len(found.run.ms):,}")
    table.add("answers/s", significant(found.run.rate))
    table.add("median ms from when it was due", significant(percentile(found.run.ms, 0.5)))
    table.add("p95 ms from when it was due", significant(percentile(found.run.ms, 0.95)))
    for path, times in seen.ms.items():
        table.add(f"meanwhile {path}, worst ms of {len(times)}", significant(max(times)))
    table.add(
        "memory of the server before, most during, after, MiB",
        f"{before:.0f}, {max(seen.mib):.0f}, {after:.0f}",
    )
    result.note(
        f"""{CONNECTIONS} connections; what is due while all of them wait for an answer waits too, and that
        time counts. Memory is that of the server's processes together, shared pages once. No cache stands
        before the site, and no request carries an ETag."""
    )
