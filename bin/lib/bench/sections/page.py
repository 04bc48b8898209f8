"""The map page in Chromium: what it weighs and when it is idle, with an empty cache each time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import system
from playwright.sync_api import Browser, Page, Request, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench import checks, machine, servers
from bench.results import Result
from bench.sections import Bench, Skipped
from bench.stats import idle_moment, median, percentile, significant

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATH = "/peta/"
QUIET_MS = 100.0
SETTLE_MS = 3000.0  # Chromium's own start, which loads pages of its own, is not the visit
GIVE_UP_SECONDS = 20.0
SCREENS = {"1280 × 800": (1280, 800), "360 × 740": (360, 740)}
SLOWER = (1, 4)
KINDS = {"script": "script", "stylesheet": "style", "document": "page", "image": "pictures", "font": "fonts"}

# Notes, from before the page begins: when the main thread had nothing to do, and its long tasks (over 50 ms).
WATCH = """
() => {
  const seen = (window.__seen = { idle: [], tasks: [] });
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) seen.tasks.push([e.startTime, e.startTime + e.duration]);
  }).observe({ type: "longtask", buffered: true });
  const look = () => requestIdleCallback(() => {
    seen.idle.push(performance.now());
    if (seen.idle.length < 4000) setTimeout(look, 4);
  });
  look();
}
"""
READ = """
() => ({
  now: performance.now(), ...window.__seen,
  load: performance.getEntriesByType("navigation")[0].loadEventEnd,
  requests: performance.getEntriesByType("resource").map((e) => [e.startTime, e.responseEnd || e.startTime]),
})
"""


@dataclass
class Visit:
    idle: float
    sizes: dict[str, int]  # bytes as they came over the network, by kind
    requests: int


def visit(browser: Browser, address: str, screen: tuple[int, int], slower: int) -> Visit:
    """One visit with nothing in the cache, the processor slowed so many times."""
    width, height = screen
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="id-ID", is_mobile=width < 600
    )
    try:
        page = context.new_page()
        page.add_init_script(f"({WATCH})()")
        seen: list[Request] = []
        page.on("requestfinished", lambda one: seen.append(one))
        if slower > 1:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.wait_for_timeout(SETTLE_MS)
        page.goto(address, wait_until="load")
        idle = _wait(page)
        sizes: dict[str, int] = {}
        for one in seen:
            kind = KINDS.get(one.resource_type, "data")
            sizes[kind] = sizes.get(kind, 0) + one.sizes()["responseBodySize"]
        return Visit(idle, sizes, len(seen))
    finally:
        context.close()


def _wait(page: Page) -> float:
    until = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < until:
        page.wait_for_timeout(300)
        seen: dict[str, Any] = page.evaluate(READ)
        settled = [stamp for stamp in seen["idle"] if stamp + QUIET_MS <= seen["now"]]
        moment = idle_moment(
            settled,
            load=seen["load"] or seen["now"],
            requests=seen["requests"],
            tasks=seen["tasks"],
            quiet=QUIET_MS,
        )
        if moment is not None:
            return moment
    raise checks.Wrong(f"{page.url} was never idle within {GIVE_UP_SECONDS:.0f} s")


def run(bench: Bench, result: Result) -> None:
    path = system.browser()
    if path is None:
        raise Skipped("there is no Chromium on this machine (apt install chromium, or set CHROMIUM)")
    result.machine["Chromium"] = machine.browser_version()
    city = bench.real()
    result.machine |= machine.database(city)
    rounds = max(bench.options.rounds, 1)
    screens = dict(list(SCREENS.items())[:1]) if bench.options.quick else SCREENS
    visits: dict[tuple[str, int], list[Visit]] = {(name, slow): [] for name in screens for slow in SLOWER}
    with servers.site(city) as port, sync_playwright() as playwright:
        result.checks.append(checks.list_counts(city, port))
        result.checks.append(_draws(playwright.chromium.launch(executable_path=path, args=FLAGS), port))
        for _ in range(rounds):
            for name, slow in visits:  # in turn, so that what slows the machine slows all
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                visits[name, slow].append(
                    visit(browser, f"http://localhost:{port}{PATH}", screens[name], slow)
                )
                browser.close()
    _tell(result, city.size, rounds, visits)


def _draws(browser: Browser, port: int) -> str:
    """The page does its work: a canvas with something on it."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"http://localhost:{port}{PATH}")
    try:
        page.wait_for_function(
            """() => [...document.querySelectorAll(".leaflet-overlay-pane canvas")].some((c) => { const d =
            c.getContext("2d").getImageData(0, 0, c.width, c.height).data; return d.some((v, i) => i % 4 === 3
            && v > 0); })""",
            timeout=GIVE_UP_SECONDS * 1000,
        )
    except PlaywrightTimeout:
        raise checks.Wrong(f"{PATH} draws nothing on its map") from None
    finally:
        browser.close()
    return "the map draws on its canvas"


def _tell(result: Result, size: int, rounds: int, visits: dict[tuple[str, int], list[Visit]]) -> None:
    first = next(iter(visits.values()))[0]
    weight = result.table(
        f"What {PATH} brings over the network, {size:,} permits, empty cache",
        "what",
        "KB (1,000 bytes), compressed",
    )
    for kind in ("page", "script", "style", "pictures", "fonts", "data"):
        if kind in first.sizes:
            weight.add(kind, f"{first.sizes[kind] / 1000:.1f}")
    both = first.sizes.get("script", 0) + first.sizes.get("style", 0)
    weight.add("**script and style**", f"**{both / 1000:.1f}** (to reach: at most 60)")
    weight.add("all", f"{sum(first.sizes.values()) / 1000:.1f} in {first.requests} requests")
    table = result.table(
        f"ms until {PATH} is idle, {rounds} visits each", "screen", "processor", "median", "p95", "to reach"
    )
    goals = {1: "under 500", 4: "under 1,200"}
    for (name, slow), seen in visits.items():
        times = [one.idle for one in seen]
        speed = "as it is" if slow == 1 else f"{slow} times slower"
        table.add(name, speed, significant(median(times)), significant(percentile(times, 0.95)), goals[slow])
    result.note(
        """Idle: the first idle moment of the main thread after the load event from which on, for 100 ms, no
        request is under way and no task takes over 50 ms. A new browser for each visit, three seconds old,
        since Chromium loads pages of its own when it starts; the site's workers are warm; browser and site
        share the machine."""
    )
