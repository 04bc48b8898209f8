"""What a citizen does beyond the map: company, directory, validation, claim, report."""

import json
import re
import urllib.request
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from permits.seal import demo_seal_id, grouped
from tests.journeys.conftest import DESK, HERE, PHONE, Journey

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
READERS = pytest.mark.parametrize(
    ("size", "js"), [(PHONE, True), (PHONE, False), (DESK, True), (DESK, False)], ids=str
)
PLAIN_PHONE_AND_DESK = pytest.mark.parametrize(
    ("size", "js"), [(PHONE, False), (DESK, True)], ids=["phone-plain", "desk"]
)
COMPANY = re.compile(r"/perusahaan/([\w-]+)/$")
REGISTER = re.compile(r"/validasi/([A-Z0-9]{12})/$")


def api(site: str, path: str) -> Any:
    with urllib.request.urlopen(f"{site}/api/v1/{path}") as answer:  # noqa: S310
        return json.load(answer)


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def open_company(page: Page) -> str:
    """Opens the first company of the list that shows its way, or else its first; returns the slug."""
    page.locator(".entry:has(.directions) h3 a, .directory .entry h3 a").first.click()
    expect(page).to_have_url(COMPANY)
    return str(COMPANY.findall(page.url)[0])


@READERS
def test_from_batik_to_the_right_door_and_a_checked_permit(
    journey: Start, site: str, size: Any, js: bool
) -> None:
    page = journey(size, js=js).go("/peta/")
    page.fill("#q", "batik")
    page.press("#q", "Enter")
    expect(page).to_have_url(re.compile("q=batik"))
    expect(page.locator(".active")).to_contain_text("batik")
    slug = open_company(page)
    lon, lat = api(site, f"companies/{slug}/")["geometry"]["coordinates"]
    page.locator(".directions summary").click()
    google = page.get_by_role("link", name="Google Maps").get_attribute("href") or ""
    found = re.search(r"destination=([-\d.]+)%2C([-\d.]+)", google)
    assert found
    assert (float(found[2]), float(found[1])) == pytest.approx((lon, lat), abs=1e-6)
    page.locator(".directions summary").click()  # closed again: it lies over what is next
    number = page.locator(".entry h3 a").first.inner_text()
    page.locator(".entry h3 a").first.click()
    expect(page).to_have_url(REGISTER)
    assert title(page).endswith(number)
    permit = api(site, f"permits/{REGISTER.findall(page.url)[0]}/")["properties"]
    assert (permit["number"], permit["company"]["slug"]) == (number, slug)


@PLAIN_PHONE_AND_DESK
def test_the_directory_forgives_narrows_and_goes_on(journey: Start, size: Any, js: bool) -> None:
    page = journey(size, js=js, position=HERE).go("/perusahaan/")
    page.fill("#q", "bathik")
    page.press("#q", "Enter")
    expect(page.locator(".entry h3").first).to_contain_text("Batik")
    page.select_option("#bentuk", label="Perorangan")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page).to_have_url(re.compile("bentuk="))
    assert {kind.strip() for kind in page.locator(".entry .over").all_text_contents()} == {"Perorangan"}
    first = page.locator(".entry h3").all_text_contents()
    page.get_by_role("link", name="Berikutnya").click()
    expect(page).to_have_url(re.compile("lanjut="))
    assert not {*first} & {*page.locator(".entry h3").all_text_contents()}
    if js:
        page.get_by_role("button", name="Terdekat dulu").click()
        expect(page).to_have_url(re.compile(r"dekat=109\.6753,?%?2?C?-6\.8886"))
        texts = page.locator(".entry .meta .num").all_text_contents()
        far = [
            float(m[1].replace(",", ".")) * (1000 if m[2] == "km" else 1)
            for m in map(DISTANCE.match, texts)
            if m
        ]
        assert len(far) == 20
        assert far == sorted(far)
    else:
        expect(page.locator("[data-near]")).to_be_hidden()
    name = page.locator(".entry h3 a").first.inner_text()
    open_company(page)
    assert title(page) == name


DISTANCE = re.compile(r"([\d,.]+) (k?m)$")


@PLAIN_PHONE_AND_DESK
def test_a_permit_is_validated_by_number_and_a_letter_by_its_code(
    journey: Start, site: str, size: Any, js: bool
) -> None:
    permit = api(site, "permits/?status=in_force&limit=1")["features"][0]["properties"]
    page = journey(size, js=js).go("/validasi/")
    page.get_by_label("Nomor izin").fill(permit["number"].replace("/", " ").lower())
    page.get_by_role("button", name="Cari nomor").click()
    expect(page).to_have_url(re.compile(f"/validasi/{permit['id']}/"))
    expect(page.locator(".verdict")).to_contain_text("Terdaftar: izin berlaku")
    expect(page.locator(".facts")).to_contain_text(permit["company"]["name"])

    page.goto(f"{site}/validasi/")
    page.get_by_label("Nomor izin").fill("503/TIDAK/ADA")
    page.get_by_role("button", name="Cari nomor").click()
    expect(page.locator(".verdict")).to_contain_text("Tidak terdaftar")
    expect(page.get_by_label("Nomor izin")).to_have_value("503/TIDAK/ADA")
    assert page.goto(f"{site}/validasi/{permit['id'][:7]}/").status == 400  # type: ignore[union-attr]
    expect(page.locator(".verdict")).to_contain_text("tidak lengkap")

    page.goto(f"{site}/validasi/")
    page.get_by_label("Kode surat").fill(grouped(demo_seal_id(1)).lower())
    page.get_by_role("button", name="Periksa surat").click()
    expect(page).to_have_url(f"{site}/V/{demo_seal_id(1)}")
    expect(page.locator(".verdict")).to_contain_text("COCOK")
    page.goto(f"{site}/V/{'Z' * 26}")
    expect(page.locator(".verdict")).to_contain_text("jangan percaya")
    page.get_by_label("Kode surat").fill("K6XA")
    page.get_by_role("button", name="Periksa surat").click()
    expect(page.locator(".error")).to_have_text("Kode ini belum lengkap.")


def photo() -> dict[str, Any]:
    """A proof as a phone takes it."""
    file = BytesIO()
    Image.new("RGB", (640, 480), "white").save(file, "JPEG")
    return {"name": "NIB saya.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@PLAIN_PHONE_AND_DESK
def test_an_owner_claims_a_page_and_a_neighbour_reports_an_error(
    journey: Start, site: str, size: Any, js: bool
) -> None:
    rows = api(site, "companies/?limit=100")["features"]
    slug = next(row["id"] for row in rows if row["properties"]["location_withheld"])
    page = journey(size, js=js).go(f"/perusahaan/{slug}/")
    name = title(page)
    page.get_by_role("link", name="Ini usaha saya").click()
    page.get_by_label("NIB", exact=True).fill("123")
    page.get_by_role("button", name="Kirim").click()
    page.get_by_role("alert").get_by_role("link", name="NIB").first.click()
    expect(page.get_by_label("NIB", exact=True)).to_be_focused()
    page.get_by_label("NIB", exact=True).fill("9999 0000 0000 1")
    page.get_by_label("Bukti bahwa").set_input_files(photo())  # type: ignore[arg-type]
    page.get_by_label("Nama Anda").fill("Contoh Pemilik")
    page.get_by_label("Nomor telepon atau").fill("0812 3456 7890")
    page.get_by_label("Tampilkan alamat").check()
    page.get_by_label("Saya pemilik").check()
    page.get_by_role("button", name="Kirim").click()
    expect(page).to_have_url(re.compile("/terkirim/"))
    expect(page.locator(".alert")).to_contain_text(re.compile(r"nomor permintaan Anda [A-Z0-9]{12}\b", re.I))
    expect(page.locator("main")).to_contain_text("mencocokkan NIB")

    page.get_by_role("link", name=f"Kembali ke {name}").click()
    page.get_by_role("link", name="Laporkan data keliru").click()
    page.get_by_label("Usaha sudah tutup").check()
    page.get_by_label("Bagaimana yang benar?").fill("Pindah ke Batang <b>tahun lalu</b>")
    page.get_by_role("button", name="Kirim").click()
    expect(page).to_have_url(re.compile("/terkirim/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Terima kasih")


def test_the_map_from_the_skip_link_to_a_popup_by_keyboard_alone(journey: Start) -> None:
    page = journey().go("/peta/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("batik tul")
    expect(page.locator("#saran [role=option]").first).to_contain_text("Batik tulis")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("komoditas=batik-tulis"))
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    shows = "document.activeElement.matches('.entry [data-show]')"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(shows):
            break
    assert page.evaluate(shows)
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup.get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    assert page.evaluate(shows), "the focus returns to where the popup was opened"


BAD = {
    "10 kB": "batik " * 1700,
    "emoji": "🦑👩‍🏭",
    "script": '"><script>window.caught = 1</script>',
    "markup": "<img src=x onerror='window.caught = 1'>",
    "sql": "'); DROP TABLE x; --",
    "nul": "\x00\x1f",
}


@pytest.mark.parametrize("path", ["/peta/", "/perusahaan/", "/layanan/"])
def test_bad_input_gets_a_hint_and_does_no_harm(journey: Start, site: str, path: str) -> None:
    reader = journey(PHONE)
    for what, text in BAD.items():
        answer = reader.page.goto(f"{site}{path}?q={quote(text)}")
        assert answer
        assert answer.status == 200, what
        expect(reader.page.locator("main .alert:visible, main .empty").first, what).to_be_visible()
        assert reader.page.evaluate("window.caught === undefined && !document.querySelector('img[src=x]')"), (
            what
        )
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], what
