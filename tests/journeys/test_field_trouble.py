"""The field app when something is in the way: a full phone, a new version, a camera or a position refused."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, Journey
from tests.journeys.test_field import DAY, LEFT, Phone, kept, picture, prepare, record
from tests.journeys.test_installed import Signal
from tests.journeys.test_letter import on_site

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
SHELLS = "caches.keys().then((names) => names.filter((name) => /^lapangan-[0-9a-f]+$/.test(name)))"
# as a full disk answers; Chromium lets no test set its quota
FULL = """() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
    };
    window.__room = () => void (IDBObjectStore.prototype.put = put);
}"""
NOTHING_WAITS = "Tidak ada yang menunggu"


@pytest.fixture
def ids(site: str) -> list[str]:
    """A day's visits, made anew."""
    return on_site(DAY).split()


@pytest.fixture
def signal(site: str) -> Iterator[Signal]:
    made = Signal(int(site.rpartition(":")[2]))
    yield made
    made.cut()


def opened(page: Page, case: str) -> Page:
    page.locator(f'[data-list] a[href="#{case}"]').click()
    expect(page.locator("[data-checklist] fieldset").first).to_be_visible()
    return page


def test_a_full_phone_says_so_keeps_what_it_has_and_goes_on_when_there_is_room(
    browser: Browser, site: str, ids: list[str], tmp_path: Path
) -> None:
    phone = Phone(browser.browser_type, site, tmp_path / "telepon")
    page = prepare(phone)
    phone.context.set_offline(True)
    record(page, ids[0], [picture(1)])
    opened(page, ids[1])
    page.evaluate(FULL)
    page.locator("[data-gallery]").set_input_files(picture(2))  # type: ignore[arg-type]
    expect(page.locator("[data-photo-problem]")).to_contain_text("Penyimpanan ponsel penuh")
    expect(page.locator("[data-photos] li")).to_have_count(0)
    page.locator("[data-field=findings]").fill("Papan nama terpasang")
    expect(page.locator("[data-notes]")).to_contain_text("Penyimpanan ponsel penuh")
    expect(page.locator("[data-field=findings]")).to_have_value("Papan nama terpasang")

    page.evaluate("window.__room()")
    page.locator("[data-gallery]").set_input_files(picture(2))  # type: ignore[arg-type]
    expect(page.locator("[data-photos] li")).to_have_count(1)
    expect(page.locator("[data-notes]")).not_to_contain_text("Penyimpanan ponsel penuh")
    phone.context.set_offline(False)
    page = phone.open_app()
    expect(page.locator("[data-queue]")).to_contain_text(NOTHING_WAITS, timeout=60_000)
    assert kept(" ".join(ids))["reports"] == [""]
    assert page.evaluate(LEFT) == [1, 1], "the second visit goes on where it was"
    phone.context.close()


def test_a_new_version_takes_over_and_what_waits_is_sent_by_it(
    browser: Browser, signal: Signal, ids: list[str], tmp_path: Path
) -> None:
    phone = Phone(browser.browser_type, signal.address, tmp_path / "telepon")
    page = prepare(phone)
    [before] = page.evaluate(SHELLS)
    phone.context.set_offline(True)
    record(page, ids[0], [picture(1), picture(2)])

    page.route("**/foto/**", lambda route: route.abort())  # nothing gets through, but the new version does
    signal.edit = lambda data: re.sub(rb'(const VERSION = ")[0-9a-f]{16}', rb"\g<1>00112233aabbccdd", data)
    phone.context.set_offline(False)
    page = phone.open_app()
    expect(page.locator("[data-notes]")).to_contain_text("Versi baru sudah siap")
    expect(page.locator("[data-queue]")).to_contain_text("1 laporan menunggu")
    assert set(page.evaluate(SHELLS)) == {before, "lapangan-00112233aabbccdd"}, "the old one until it is left"
    with page.expect_navigation():
        page.get_by_role("button", name="Pakai sekarang").click()
    expect(page.locator("[data-queue]")).to_contain_text("1 laporan menunggu")
    assert page.evaluate(SHELLS) == ["lapangan-00112233aabbccdd"]
    assert page.evaluate(LEFT) == [1, 2]

    page.unroute("**/foto/**")
    page = phone.open_app()
    expect(page.locator("[data-queue]")).to_contain_text(NOTHING_WAITS, timeout=60_000)
    found = kept(" ".join(ids))
    assert (found["reports"], len(found["photos"])) == ([""], 2)
    assert phone.complaints == []
    phone.context.close()


def test_without_a_position_the_place_is_typed(
    browser: Browser, site: str, ids: list[str], tmp_path: Path
) -> None:
    phone = Phone(browser.browser_type, site, tmp_path / "telepon")
    page = prepare(phone)
    phone.context.clear_permissions()
    opened(page, ids[0]).locator("[data-measure]").click()
    expect(page.locator("[data-position]")).to_contain_text("Izinkan lokasi untuk situs ini")
    page.locator("[data-field=corrected]").fill("-6.888100, 109.676100")
    page.locator("[data-field=corrected]").blur()
    expect(page.locator("[data-position]")).to_contain_text("-6.888100, 109.676100")
    phone.context.close()


def test_without_a_camera_a_code_is_read_from_a_picture_or_typed(journey: Start) -> None:
    page = journey(PHONE).go("/validasi/", idle=False)  # no permission for the camera is given
    page.locator("[data-scan] [data-camera]").click()
    expect(page.locator("[data-scan] [data-said]")).to_contain_text("kamera")
    expect(page.locator("[data-scan] input[type=file]")).to_be_enabled()


def test_the_browser_finds_nothing_that_forbids_to_install_the_site(journey: Start) -> None:
    """What Lighthouse's audit of installability asks the browser."""
    page = journey(PHONE).go("/")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    devtools = page.context.new_cdp_session(page)
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # a private window installs nothing, whatever the site
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
