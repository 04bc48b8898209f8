"""The command line of bin/bench; read by the system's own Python, before anything is installed."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Sequence

REAL_SIZE = 4_204  # the office's permits of 2022, and the demo city of bin/serve
LARGE_SIZE = 100_000
MOST = 10_000_000
QUICK_SIZE = 300
ROUNDS = 7
# what is measured, in the order of the report: (name, in one line, also with --quick)
SECTIONS = (
    ("page", "the map page in a browser, empty cache", True),
    ("walk", "a reader's walk over the map, in a small city and in a large one", True),
    ("queries", "database queries of every public page", True),
    ("start", "second start of bin/serve, in a clone of its own", False),
    ("import", "import_oss of synthetic exports: speed and memory", True),
    ("letters", "letters from number to stored signature; crowds of signers", True),
    ("audit", "what the hash chain of the log costs a write; a whole log anchored and verified", True),
    ("validation", "validation by code, permit and file, over half a million letters", True),
    ("survival", "workers and PostgreSQL killed with kill -9 while permits are issued", True),
    ("field", "a day of site visits without a signal, the phone killed while it sends", True),
    ("desks", "the office's queues and a case, over 10,000 open cases", True),
    ("http", "tiles, search, lists and API over HTTP, by size of the city", True),
    ("sql", "SQL of tiles, search, nearest, look-ups and writing", True),
    ("peers", "tiles side by side with tipg, django-vectortiles and pgbench", False),
    ("geojson", "GeoJSON side by side with the plain djangorestframework-gis serializer", False),
    ("storm", "a storm of tiles: 1,000 requests a second for a minute", True),
    ("growth", "tiles, search and nearest from 10^4 permits up, as curves", False),
)


@dataclass(frozen=True)
class Options:
    quick: bool
    only: tuple[str, ...]
    size: int
    rounds: int
    clean: bool = False
    report: bool = False

    @property
    def names(self) -> list[str]:
        if self.only:
            return [name for name, _, _ in SECTIONS if name in self.only]
        return [name for name, _, quick in SECTIONS if quick or not self.quick]


def parse(arguments: Sequence[str]) -> Options:
    """Exits with a message, like argparse does, when the arguments make no sense."""
    listing = "\n".join(f"  {name:<10} {text}" for name, text, _ in SECTIONS)
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="Measure this clone and write docs/benchmarks.md. Sections:\n" + listing,
        epilog="Results are kept in .local/bench, so sections can be measured again one at a time.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--quick", action="store_true", help="a minute's smoke; judges no speed, writes no docs"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this section (repeatable)"
    )
    parser.add_argument(
        "--size",
        type=int,
        default=LARGE_SIZE,
        metavar="N",
        help=f"permits of the large city (default {LARGE_SIZE})",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="R", help=f"default {ROUNDS}")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing, write docs/benchmarks.md again"
    )
    parser.add_argument("--clean", action="store_true", help="remove all that bin/bench made, databases too")
    found = parser.parse_args(arguments)
    known = [name for name, _, _ in SECTIONS]
    for name in found.only:
        if name not in known:
            parser.error(f"there is no section {name!r}; there are: {', '.join(known)}")
    if not 100 <= found.size <= MOST:
        parser.error(f"--size is a number from 100 to {MOST}")
    if not 1 <= found.rounds <= 100:
        parser.error("--rounds is a number from 1 to 100")
    return Options(
        quick=found.quick,
        only=tuple(found.only),
        size=QUICK_SIZE if found.quick else found.size,
        rounds=min(found.rounds, 2) if found.quick else found.rounds,
        clean=found.clean,
        report=found.report,
    )
