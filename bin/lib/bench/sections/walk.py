"""The same walk over the map in a browser, in a small city and in a large one: do they feel the same?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import system
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench import checks, machine, servers
from bench.cities import City
from bench.results import Result
from bench.sections import Bench, Skipped
from bench.sections.page import FLAGS, PATH, SETTLE_MS
from bench.stats import median, paired, significant

SCREEN = {"width": 1280, "height": 800}
WORD = "batik"
QUIET = 0.2  # seconds without a request, after which no more is expected
Step = Callable[[Page], None]


class Traffic:
    """What a page has under way, and when the last of it ended."""

    def __init__(self, page: Page) -> None:
        self.page, self.open, self.ended = page, 0, 0.0
        page.on("request", lambda _: self._count(1))
        page.on("requestfinished", lambda _: self._count(-1))
        page.on("requestfailed", lambda _: self._count(-1))

    def _count(self, change: int) -> None:
        self.open += change
        self.ended = time.perf_counter()

    def wait(self) -> float:
        """When the last request ended, once it has."""
        while self.open > 0 or time.perf_counter() - self.ended < QUIET:
            self.page.wait_for_timeout(20)
        return self.ended


def _settled(page: Page) -> None:
    """The list stands and the map is there."""
    expect(page.locator("[data-tools]")).to_be_visible()
    expect(page.locator("#hasil")).not_to_have_attribute("aria-busy", "true")


def _total(page: Page) -> int:
    return int(page.locator(".results").get_attribute("data-total") or 0)


def _search(page: Page) -> None:
    everything = _total(page)
    page.fill("#q", WORD)
    page.press("#q", "Enter")
    page.wait_for_url(re.compile(f"q={WORD}"))
    _settled(page)
    if not 0 < _total(page) < everything:
        raise checks.Wrong(f"“{WORD}” found {_total(page):,} of {everything:,} permits")


def _suggest(page: Page) -> None:
    page.fill("#q", "")
    page.locator("#q").press_sequentially("apotek")
    expect(page.locator("#saran [role=option]").first).to_be_visible()


def _narrow(page: Page) -> None:
    page.locator("#saran [role=option]").first.click()
    _settled(page)


def _closer(page: Page) -> None:
    before = page.url
    page.locator("[data-zoom='1']").click()
    expect(page).not_to_have_url(before)


def _next(page: Page) -> None:
    first = page.locator(".entry").first.get_attribute("data-id") or ""
    page.locator("a[rel=next]").click()
    expect(page.locator(".entry").first).not_to_have_attribute("data-id", first)
    _settled(page)


def _popup(page: Page) -> None:
    page.locator(".entry [data-show]").first.click()
    expect(page.locator(".leaflet-popup .card").get_by_role("link", name="Validasi")).to_be_visible()


def _register(page: Page) -> None:
    page.locator(".leaflet-popup .card").get_by_role("link", name="Validasi").click()
    page.wait_for_url(re.compile("/validasi/"))


# what a reader does, in this order
STEPS: dict[str, Step] = {
    "opens the map": _settled,
    f"searches for “{WORD}”": _search,
    "turns the page of the list": _next,
    "zooms in": _closer,
    "types “apotek” and is offered something": _suggest,
    "takes the first suggestion": _narrow,
    "shows a permit on the map": _popup,
    "opens its page in the register": _register,
}


def _walk(browser: Browser, port: int) -> dict[str, float]:
    """ms of each step."""
    context = browser.new_context(viewport=SCREEN, locale="id-ID")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        traffic = Traffic(page)
        page.wait_for_timeout(SETTLE_MS)
        times = {}
        for name, step in STEPS.items():
            begin = time.perf_counter()
            if step is _settled:
                page.goto(f"http://localhost:{port}{PATH}")
            step(page)
            seen = time.perf_counter()
            times[name] = (max(seen, traffic.wait()) - begin) * 1000
        return times
    finally:
        context.close()


@contextmanager
def _sites(cities: list[City]) -> Iterator[list[int]]:
    with ExitStack() as stack:
        yield [stack.enter_context(servers.site(city)) for city in cities]


def run(bench: Bench, result: Result) -> None:
    path = system.browser()
    if path is None:
        raise Skipped("there is no Chromium on this machine (apt install chromium, or set CHROMIUM)")
    cities = [bench.city(size) for size in bench.sizes()]
    result.machine |= machine.database(cities[-1])
    times: list[list[dict[str, float]]] = [[] for _ in cities]
    with _sites(cities) as ports, sync_playwright() as playwright:
        for city, port in zip(cities, ports, strict=True):
            result.checks.append(f"{city.size:,} permits: {checks.list_counts(city, port)}")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        # the first walk warms what each city's site and database keep
        for turn in range(1) if bench.options.quick else range(-1, bench.options.rounds):
            for city_times, port in zip(times, ports, strict=True):
                walked = _walk(browser, port)
                if turn >= 0:
                    city_times.append(walked)
        browser.close()
    small, large = times[0], times[-1]
    columns = [f"{city.size:,} permits, ms" for city in cities]
    table = result.table(f"A walk over {PATH}, medians of {len(large)}", "step", *columns, "ratio")
    for name in STEPS:
        of_each = [[walked[name] for walked in city_times] for city_times in times]
        ratio = paired([walked[name] for walked in large], [walked[name] for walked in small])
        table.add(name, *(significant(median(values)) for values in of_each), str(ratio))
    result.note(
        """From the reader's act until what was asked for is to be seen and the last request has ended. Every
        step fails the walk if what it asks for does not come. Both sites run at once, two workers each,
        and are walked in turn."""
    )
