"""The site as an app: without a signal, and with a camera's picture."""

import socket
import socketserver
import threading
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import PHONE, Journey
from tests.journeys.test_field import DAY, Phone, prepare
from tests.journeys.test_letter import on_site
from tests.journeys.test_pages import sign_in

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
OTHER = """
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from geoportal.accounts.models import User
from permits.demo.accounts import PUBLIC_KEY
user = User(username="contoh-inspector-2", email="contoh-inspector-2@contoh.invalid", roles=["inspector"])
user.set_password("contoh-inspector-2-2026")
user.save()
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
TOTP.activate(user, PUBLIC_KEY)
"""


class Signal(socketserver.ThreadingTCPServer):
    """Carries connections to the site until it is cut: workers of a page notice that, too."""

    daemon_threads = allow_reuse_address = True
    #: what becomes of bytes on their way to the reader
    edit: Callable[[bytes], bytes] = staticmethod(bytes)

    def __init__(self, port: int) -> None:
        self.site, self.lines = port, list[socket.socket]()
        super().__init__(("127.0.0.1", 0), Carrier)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def cut(self) -> None:
        self.shutdown()
        self.server_close()
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Carrier(socketserver.BaseRequestHandler):
    server: Signal

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.site)) as there:
            self.server.lines += [self.request, there]
            back = threading.Thread(target=self.carry, args=(there, self.request), daemon=True)
            back.start()
            self.carry(self.request, there)
            back.join()

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(self.server.edit(data) if target is self.request else data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def test_the_map_as_last_seen_says_how_old_it_is(browser: Browser, site: str) -> None:
    signal = Signal(int(site.rpartition(":")[2]))
    context = browser.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{signal.address}/peta/")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{signal.address}/peta/")  # now by way of the worker
    first = page.locator("#hasil h3").first.inner_text()
    page.wait_for_load_state("networkidle")
    signal.cut()
    page.reload()
    expect(page.locator("p[data-seen]")).to_contain_text("yang terakhir dilihat ponsel ini pada")
    expect(page.locator("#hasil h3").first).to_have_text(first)
    page.goto(f"{signal.address}/layanan/")
    expect(page.locator("h1")).to_have_text("Tidak ada sinyal")
    context.close()


def test_a_picture_of_the_code_leads_to_the_letter(journey: Start, site: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{site}/validasi/contoh/1.png") as answer:  # noqa: S310
        code = answer.read()
    reader = journey(PHONE)
    page = reader.go("/validasi/", idle=False)
    assert not any("jsQR" in address for address in reader.requests)
    picture: Any = {"name": "surat.png", "mimeType": "image/png", "buffer": code}
    page.locator("[data-scan] input[type=file]").set_input_files(picture)
    page.wait_for_url("**/V/*")
    expect(page.locator(".verdict")).to_be_visible()


def test_a_picture_without_a_code_says_so(journey: Start) -> None:
    reader = journey(PHONE)
    page = reader.go("/validasi/", idle=False)
    icon = Path(settings.BASE_DIR, "geoportal/static/geoportal/icon-192.png").read_bytes()
    plain: Any = {"name": "lain.png", "mimeType": "image/png", "buffer": icon}
    page.locator("[data-scan] input[type=file]").set_input_files(plain)
    expect(page.locator("[data-said]")).to_contain_text("Tidak ada kode")


def test_another_inspector_sees_nothing_of_what_the_first_left(
    browser: Browser, site: str, tmp_path: Path
) -> None:
    ids = on_site(DAY)
    on_site(OTHER)
    phone = Phone(browser.browser_type, site, tmp_path / "telepon")
    page = prepare(phone)
    expect(page.locator("[data-list] li")).not_to_have_count(0)
    page.locator(f'[data-list] a[href="#{ids.split()[0]}"]').click()
    page.locator("[data-field=findings]").fill("Temuan petugas pertama")
    page.goto(f"{site}/lapangan/aplikasi/")
    phone.context.clear_cookies()
    page.goto(f"{site}/masuk/")
    sign_in(page, "contoh-inspector-2")
    page = phone.open_app()
    expect(page.locator("[data-notes]")).to_contain_text("petugas lain masih tersimpan")
    expect(page.locator("[data-list] li")).to_have_count(0)
    assert "Temuan petugas pertama" not in page.content()
    phone.context.close()
