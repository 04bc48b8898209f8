"""A day in the field: recorded without a signal, killed twice in mid-upload; nothing lost, nothing twice."""

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, Route, expect

from tests.journeys.conftest import CHROMIUM, FLAGS, PHONE, Journey
from tests.journeys.test_letter import Office, move, on_site, sign
from tests.journeys.test_pages import EXCESS, faults, sign_in
from tests.permits.field.evidence import exif, photograph

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
CASES, PHOTOS = 3, 4
AT = {"longitude": 109.6761, "latitude": -6.8881, "accuracy": 7}

DAY = f"""
from django.utils import timezone
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from permits import visits, workflow
from tests import factories
kind = factories.permit_type("UJI-LAPANGAN", name="Izin Lapangan Uji")
official = User.objects.get(username="contoh-official")
inspector = User.objects.get(username="contoh-inspector")
made = []
for n in range({CASES}):
    one = factories.at("processing", kind=kind, needs_inspection=True)
    workflow.apply(one, "order_inspection", by=User.objects.get(username="contoh-back-office"))
    made.append(one.visits.get().public_id)
visits.plan(made, day=timezone.localdate(), team=[inspector.pk], by=official)
print(" ".join(made))
"""
KEPT = """
import json
from permits.models import Visit, VisitPhoto, VisitReport
ids = "{ids}".split()
reports = list(VisitReport.objects.filter(visit__public_id__in=ids))
photos = VisitPhoto.objects.filter(visit__public_id__in=ids)
print(json.dumps({
    "reports": [one.conflict for one in reports],
    "photos": sorted(photos.values_list("upload__sha256", flat=True)),
    "named": sorted(shot["sha256"] for one in reports for shot in one.photos),
    "case": Visit.objects.get(public_id=ids[0]).application.public_id,
}))
"""


# what the phone still holds: drafts and photographs
LEFT = """async () => {
    const result = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
    const databases = await indexedDB.databases();
    const { name } = databases.find(({ name }) => name.startsWith("lapangan-"));
    const db = await result(indexedDB.open(name));
    const count = (store) => result(db.transaction(store).objectStore(store).count());
    return [await count("drafts"), await count("photos")];
}"""


class Phone:
    """A browser with a folder of its own, which can be killed as a phone kills one."""

    def __init__(self, chromium: BrowserType, site: str, folder: Path) -> None:
        self.chromium, self.site, self.folder = chromium, site, folder
        self.complaints: list[str] = []
        self.cookies: list[Any] = []
        self.start()

    def start(self, *, signed_in: bool = True) -> None:
        self.context: BrowserContext = self.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport=PHONE,  # type: ignore[arg-type]
            geolocation=AT,  # type: ignore[arg-type]
            permissions=["geolocation"],
            locale="id-ID",
        )
        self.context.clear_cookies()
        if signed_in:
            self.context.add_cookies(self.cookies)
        self.page: Page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def kill(self) -> None:
        """As when the battery goes: the browser's own process, found by its folder.

        Chromium writes cookies to the disk twice a minute only; `start` puts back what a phone would have.
        """
        with suppress(Error):
            self.cookies = self.context.cookies()
        mine = f"--user-data-dir={self.folder}"
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if mine in words and not any(word.startswith("--type=") for word in words):
                os.kill(int(entry.name), signal.SIGKILL)
        with suppress(Error):
            self.context.close()

    def open_app(self) -> Page:
        self.page.goto(f"{self.site}/lapangan/aplikasi/")
        expect(self.page.locator("#lapangan")).to_be_visible()
        return self.page


@pytest.fixture
def phone(browser: Browser, site: str, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(browser.browser_type, site, tmp_path / "telepon")
    yield made
    made.context.close()


def prepare(phone: Phone) -> Page:
    """Once with a signal: signed in, the app opened, its worker and its cases on the phone."""
    phone.page.goto(f"{phone.site}/masuk/")
    sign_in(phone.page, "contoh-inspector")
    page = phone.open_app()
    expect(page.locator("#lapangan[data-ready]")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def picture(n: int) -> dict[str, Any]:
    data = photograph(exif(), seed=n, size=(900, 700))
    return {"name": f"foto-{n}.jpg", "mimeType": "image/jpeg", "buffer": data}


def record(page: Page, case: str, pictures: list[dict[str, Any]]) -> None:
    page.locator(f'[data-list] a[href="#{case}"]').click()
    page.locator("[data-measure]").click()
    expect(page.locator("[data-position]")).to_contain_text("ketelitian 7 m")
    for group in page.locator("[data-checklist] fieldset").all():
        group.locator("input[value=yes]").check()
    for n, one in enumerate(pictures, 1):
        page.locator("[data-gallery]").set_input_files(one)  # type: ignore[arg-type]
        expect(page.locator("[data-photos] li")).to_have_count(n)
    page.locator("input[data-field=verdict][value=fits]").check()
    page.locator("[data-field=signer_name]").fill("Ibu Contoh")
    page.locator("[data-pen]").scroll_into_view_if_needed()
    box = page.locator("[data-pen]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 60, steps=4)
    page.mouse.up()
    page.locator("[data-done]").click()
    expect(page.locator("[data-home]")).to_be_visible()


def kept(ids: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(on_site(KEPT.replace("{ids}", ids)))
    return found


def test_a_day_without_a_signal_loses_nothing_and_doubles_nothing(
    journey: Start, phone: Phone, site: str
) -> None:
    ids = on_site(DAY)
    cases = ids.split()
    page = prepare(phone)
    assert page.evaluate(EXCESS) <= 0
    expect(page.locator("[data-list] li")).to_have_count(CASES)
    taken = [[picture(10 * n + m) for m in range(PHOTOS)] for n in range(CASES)]

    phone.context.set_offline(True)
    page = phone.open_app()  # from the phone alone
    expect(page.locator("[data-notes]")).to_contain_text("Tidak ada sinyal")
    for case, pictures in zip(cases, taken, strict=True):
        record(page, case, pictures)
    expect(page.locator("[data-queue]")).to_contain_text(f"{CASES} laporan menunggu")
    assert kept(ids)["reports"] == []

    for n in (1, PHOTOS + 2):  # photographs that get through before the phone dies
        phone.kill()
        phone.start()
        dies_after(phone, n)
    phone.kill()
    phone.start(signed_in=False)
    page = phone.open_app()
    expect(page.locator("[data-notes]")).to_contain_text("Sesi Anda berakhir")
    phone.context.add_cookies(phone.cookies)
    page = phone.open_app()
    expect(page.locator("[data-queue]")).to_contain_text("Tidak ada yang menunggu", timeout=60_000)

    found = kept(ids)
    hashes = sorted(hashlib.sha256(one["buffer"]).hexdigest() for group in taken for one in group)
    assert found["reports"] == [""] * CASES
    assert found["photos"] == found["named"] == hashes
    assert page.evaluate(LEFT) == [0, 0]
    assert phone.complaints == []
    stands_where_it_was_found(journey, site, found)


def dies_after(phone: Phone, n: int) -> None:
    """Lets `n` photographs through; the answer to the last of them does not come back."""
    begun, arrived = [], []

    def pass_on(route: Route) -> None:
        begun.append(route)
        if len(begun) < n:
            route.continue_()
        elif len(begun) == n:
            arrived.append(route.fetch().status)  # the office has it, the phone does not hear of it

    phone.page.route("**/foto/**", pass_on)
    phone.open_app()
    for _ in range(200):
        if arrived:
            break
        phone.page.wait_for_timeout(50)
    assert arrived in ([200], [201])


def stands_where_it_was_found(journey: Start, site: str, found: dict[str, Any]) -> None:
    case = f"{site}/petugas/permohonan/{found['case']}/"
    office = Office(journey)
    back_office, official = office("back-office"), office("official")
    back_office.goto(case)
    expect(back_office.locator("main")).to_contain_text("Cek lokasi")
    assert faults(office.readers["back-office"]) == []
    move(back_office, case, "draft_permit")
    back_office.goto(case)
    back_office.locator("button[name=serahkan]").click()
    move(official, case, "approve")
    office("head")
    sign(office("head"), site, found["case"])
    answer = back_office.request.get(f"{site}/api/v1/permits/?q=Contoh+Baru&type=UJI-LAPANGAN")
    [feature] = answer.json()["features"]
    assert feature["properties"]["location_quality"] == "surveyed"
    lon, lat = feature["geometry"]["coordinates"]
    assert (round(lon, 5), round(lat, 5)) == (AT["longitude"], AT["latitude"])
