"""A real server over an invented city, and a real browser. Nothing here is faked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from psycopg2.sql import SQL, Identifier

from tests.servers import ROOT, served

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HERE = {"longitude": 109.6753, "latitude": -6.8886}  # in the middle of the city
FAR = {"longitude": 106.8272, "latitude": -6.1754}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def _database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _recreate(owner: str, name: str) -> None:
    with closing(psycopg2.connect(urlunsplit(urlsplit(owner)._replace(scheme="postgresql")))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            cursor.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))


def _name() -> str:
    """Of each process of tests its own."""
    mine = os.environ.get("PYTEST_DB", "test_sakpore"), os.environ.get("PYTEST_XDIST_WORKER"), "journeys"
    return "_".join(filter(None, mine))


def _owner() -> str:
    return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


def database_environment() -> dict[str, str]:
    """For a child process that works on the site's database."""
    return os.environ | {
        "DATABASE_URL": _database(os.environ.get("DATABASE_URL", _owner()), _name()),
        "DATABASE_OWNER_URL": _database(_owner(), _name()),
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a production server, as the application's role, over the demo city."""
    _recreate(_owner(), _name())
    env = database_environment() | {
        "DEBUG": "0",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "MEDIA_ROOT": str(tmp_path_factory.mktemp("media")),
    }
    steps = [
        "migrate",
        "grant",
        "load_zones",
        "load_kbli",
        "load_commodities",
        "load_catalogue --examples",
        "demo",
        "make_signer",
    ]
    for step in steps:
        command = [sys.executable, "manage.py", *step.split()]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{step}: {done.stderr[-2000:]}"
    with served(env, "--log-level", "warning", workers=2, ready="/readyz") as port:
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one module: Playwright's event loop must not outlive it, since Django refuses to work beside one."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing. Install it (apt install chromium) or set CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


class Journey:
    """One reader's browser. At the end, whatever the console complained about fails the test."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.documents: set[str] = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        # a page that answers with a refusal is what a test may have asked for; a failure of ours never is
        refusal = "status of 4" in message.text and message.location["url"] in self.documents
        if message.type == "error" and not refusal:
            self.complaints.append(f"{message.text} {message.location}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if request.is_navigation_request():
            self.documents.add(request.url)

    def go(self, path: str, *, idle: bool = True) -> Page:
        """`idle`: waits half a second longer, for what a page's script fetches."""
        self.page.goto(self.site + path)
        if idle:
            self.page.wait_for_load_state("networkidle")
        return self.page

    def strangers(self) -> list[str]:
        """Addresses outside this site that the page asked for."""
        return [url for url in self.requests if not url.startswith((self.site, "data:", "blob:"))]

    def axe(self) -> list[str]:
        """Violations of WCAG 2.2 AA, each with the elements that break it.

        Swagger UI's own are not ours to mend, its second <main> among them.
        """
        self.page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        swagger = self.page.locator("#swagger-ui").count()
        options = {
            "runOnly": tags,
            "rules": {"landmark-no-duplicate-main": {"enabled": not swagger}},
            "resultTypes": ["violations"],
            "preload": False,  # the thematic frame lets nothing be fetched
        }
        where = {"exclude": [["#swagger-ui"]]}
        found = self.page.evaluate("([where, options]) => axe.run(where, options)", [where, options])
        return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found["violations"]]


@pytest.fixture
def journey(browser: Browser, site: str) -> Iterator[Callable[..., Journey]]:
    """journey(width=…, js=…, position=…) opens a fresh browser context."""
    opened: list[Journey] = []

    def start(
        size: Any = DESK, *, js: bool = True, position: dict[str, float] | None = None, **options: Any
    ) -> Journey:
        phone = size["width"] < 600
        context = browser.new_context(
            viewport=size,
            java_script_enabled=js,
            has_touch=phone,
            is_mobile=phone,
            locale="id-ID",
            reduced_motion="reduce",
            geolocation=position,  # type: ignore[arg-type]
            permissions=["geolocation"] if position else [],
            **options,
        )
        context.set_default_timeout(15_000)
        opened.append(Journey(context, site))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
