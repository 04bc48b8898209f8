"""The office's desks over ten thousand open cases: the queue of each role and the page of a case."""

from __future__ import annotations

from typing import Any

from base import say

from bench import checks, cities, machine
from bench.cities import City
from bench.results import Result
from bench.sections import Bench
from bench.stats import median, percentile, significant

NAME = f"{cities.PREFIX}desks"
CASES, ASKS = 10_000, 100
QUICK = (100, 2)
MOST_QUERIES = 12
PAGE = 50


def _counted(city: City, page: dict[str, Any]) -> None:
    """A queue tells of as many cases as SQL counts, and shows the most urgent of them in SQL's order."""
    counts = page["counts"]
    rows = city.ask(
        "SELECT status, count(*) FROM permits_application WHERE status = ANY (%s) GROUP BY 1", list(counts)
    )
    checks.same(page["page"], counts, dict.fromkeys(counts, 0) | dict(rows))
    first = city.ask(
        "SELECT public_id FROM permits_application WHERE status = ANY (%s)"
        " ORDER BY coalesce(due_on, date '9999-12-31'), id LIMIT %s",
        list(counts), PAGE,
    )  # fmt: skip
    checks.same(f"first of {page['page']}", page["shown"], [key for (key,) in first])


def run(bench: Bench, result: Result) -> None:
    cases, asks = QUICK if bench.options.quick else (CASES, ASKS)
    city = cities.copy(bench.env, bench.real(), NAME)
    try:
        result.machine |= machine.database(city)
        say(f"   {cases:,} open cases")
        checks.same("cases", cities.ask_inside(city, "desks", {"make": cases})["made"], cases)
        broken = city.one("SELECT count(*) FROM permits_broken_logs()")
        checks.same("applications with a broken log", broken, 0)
        city.ask("VACUUM ANALYZE")
        pages = cities.ask_inside(city, "desks", {"asks": asks})
        queues = [page for page in pages if page["counts"]]
        for page in queues:
            _counted(city, page)
        for page in pages:
            if page["queries"] > MOST_QUERIES:
                raise checks.Wrong(f"{page['page']}: {page['queries']} queries, {MOST_QUERIES} are allowed")
    finally:
        cities.drop(bench.env, NAME)
    result.checked(
        f"""{len(queues)} queues count as many cases in each status as SQL and show the same first {PAGE} in
        the same order; no log is broken; no page asks the database more than {MOST_QUERIES} times"""
    )
    title = f"{cases:,} open cases in a city of {city.size:,} permits, {asks} asks of each page"
    table = result.table(title, "page", "queries", "median, ms", "p95, ms", "processor, ms")
    for page in pages:
        ms = page["ms"]
        table.add(
            page["page"], page["queries"], significant(median(ms)), significant(percentile(ms, 0.95)),
            significant(median(page["own"])),
        )  # fmt: skip
    result.note(
        """Staff signed in with a second factor, by Django's test client: middleware, session and template
        included, no web server. The page of a case is asked for a different case each time. Processor: the
        median of the time that Python itself worked, without the database and without waiting for other work
        on the machine."""
    )
