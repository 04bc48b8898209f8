"""docs/benchmarks.md and its pictures, made from the results that are kept."""

from __future__ import annotations

from collections.abc import Sequence

from base import LOCAL, ROOT

from bench import drawing
from bench.results import Result, Table

PATH = ROOT / "docs" / "benchmarks.md"
PICTURES = ROOT / "docs" / "pictures"

HEAD = """\
# Benchmarks

Written by `bin/bench`; measure again with `bin/bench` (all), `bin/bench --only NAME` (one section) or
`bin/bench --size 1000000` (a larger city). It makes its own data and checks that answers are right before
it times them. Figures of two systems are taken in turn, round by round, on the same machine; a ratio is the
median over the rounds of one figure divided by the other, with the least and the most of one round behind
it. Absolute figures belong to the machine named at each section, ratios carry over better. p95: 95 of 100
were not above it.
"""


def write(found: Sequence[Result]) -> None:
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(markdown(found), encoding="utf-8")
    for result in found:
        for picture in result.pictures:
            PICTURES.mkdir(exist_ok=True)
            (PICTURES / f"bench-{picture.name}.svg").write_text(drawing.svg(picture), encoding="utf-8")


def markdown(found: Sequence[Result]) -> str:
    return anonymous("\n".join([HEAD, *map(_section, found)]))


def anonymous(text: str) -> str:
    """Without any path of this machine, which errors of programs may hold."""
    for folder in (LOCAL, ROOT):
        text = text.replace(str(folder), "…")
    return text


def _section(result: Result) -> str:
    lines = [f"## {result.name}: {result.title}", ""]
    facts = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    lines += [f"Measured {result.when} in {result.seconds:,.0f} s. {facts}.", ""]
    if result.failed:
        lines += [f"**Not measured this time.** {_line(result.failed)}", ""]
    if result.checks:
        lines += ["Checked first: " + "; ".join(result.checks) + ".", ""]
    for table in result.tables:
        lines += [_table(table), ""]
    for picture in result.pictures:
        lines += [f"![{picture.title}](pictures/bench-{picture.name}.svg)", ""]
    lines += [f"- {note}" for note in result.notes]
    return "\n".join(lines).rstrip() + "\n"


def _line(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.replace("|", "\\|")


def _table(table: Table) -> str:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"**{table.title}**" if "**" not in table.title else table.title, "", *body])


def plain(table: Table) -> str:
    """For a terminal."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.columns))]
    lines = [
        "   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([f"   {table.title}", *lines])
