"""/peta/ in a browser: what a citizen does with it, with and without script."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import FAR, HERE, PHONE, Journey

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
KB = 1024


def total(page: Page) -> int:
    return int(page.locator(".results").get_attribute("data-total") or -1)


def hash_of(page: Page) -> str:
    return str(page.evaluate("location.hash"))


def map_is_drawn(page: Page) -> None:
    expect(page.locator("[data-tools]")).to_be_visible()
    page.wait_for_load_state("networkidle")


def show_first_exact(page: Page) -> tuple[str, str]:
    """Opens the map at the first entry that stands alone on an exact point; its public id and name."""
    entry = page.locator('.entry:has([data-quality="building"]):not(:has-text("izin di tempat ini"))').first
    found = entry.get_attribute("data-id") or "", entry.locator("h3").inner_text()
    entry.locator("[data-show]").click()
    return found


def test_batik_is_found_opened_reached_and_validated(journey: Start) -> None:
    reader = journey()
    page = reader.go("/peta/")
    everything = total(page)
    page.locator("#q").press_sequentially("bathik tul")
    page.locator("#saran").get_by_role("option", name="Batik tulis").first.click()
    expect(page).to_have_url(re.compile(r"\?komoditas=batik-tulis"))
    expect(page.locator(".active")).to_contain_text("Batik tulis")
    assert 0 < total(page) < everything

    entry = page.locator(".entry:has(.directions)").first
    lon, lat = (entry.get_attribute("data-spot") or ",").split(",")
    entry.get_by_text("Petunjuk arah").click()
    google = entry.get_by_role("link", name="Google Maps").get_attribute("href") or ""
    assert f"{lat}%2C{lon}" in google

    public_id = entry.get_attribute("data-id")
    entry.get_by_role("link", name="Validasi").click()
    expect(page).to_have_url(re.compile(f"/validasi/{public_id}/"))
    page.go_back()
    page.wait_for_load_state("networkidle")
    name = page.locator(".entry h3 a").first.inner_text()
    page.locator(".entry h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    assert reader.strangers() == []


def test_without_script_the_list_does_it_all(journey: Start) -> None:
    reader = journey(PHONE, js=False)
    page = reader.go("/peta/")
    expect(page.locator("#peta")).to_be_hidden()
    expect(page.locator("[data-swap]")).to_be_hidden()
    page.fill("#q", "bathik")
    page.press("#q", "Enter")
    expect(page).to_have_url(re.compile(r"q=bathik"))
    first = page.locator(".entry h3").first.inner_text()
    page.locator("a[rel=next]").click()
    assert page.locator(".entry h3").first.inner_text() != first
    page.locator("#saringan > summary").click()
    page.get_by_text("Ikan & hasil laut").click()
    page.get_by_label("Ikan asin").check()
    page.get_by_role("button", name="Tampilkan izin").click()
    expect(page).to_have_url(re.compile("komoditas=ikan-asin"))
    page.locator(".active a", has_text="bathik").click()
    expect(page.locator(".active")).not_to_contain_text("bathik")
    entry = page.locator(".entry:has(.directions)").first
    entry.get_by_text("Petunjuk arah").click()
    expect(entry.get_by_role("link", name="OpenStreetMap")).to_be_visible()
    entry.get_by_role("link", name="Validasi").click()
    expect(page).to_have_url(re.compile("/validasi/"))


def test_back_returns_to_the_list_before(journey: Start) -> None:
    page = journey().go("/peta/?komoditas=batik")
    before = total(page)
    page.locator("#saringan > summary").click()
    page.select_option("#kelurahan", label="Kauman")
    page.get_by_role("button", name="Tampilkan izin").click()
    expect(page).to_have_url(re.compile("kelurahan="))
    assert total(page) < before
    page.go_back()
    expect(page.locator(f'.results[data-total="{before}"]')).to_be_attached()
    expect(page.locator("#kelurahan")).to_have_value("")
    expect(page.locator('input[value="batik"]')).to_be_checked()


def test_the_address_holds_the_view(journey: Start) -> None:
    page = journey().go("/peta/#16/-6.88860/109.67530")
    map_is_drawn(page)
    assert hash_of(page) == "#16/-6.88860/109.67530"
    page.locator("[data-zoom='1']").click()
    expect(page).to_have_url(re.compile(r"#17/"))
    page.get_by_role("button", name="Cari di area ini").click()
    expect(page).to_have_url(re.compile(r"bbox=.*#17/"))
    assert 0 < total(page) < 3000


def test_popup_says_who_what_and_status(journey: Start) -> None:
    page = journey().go("/peta/")
    map_is_drawn(page)
    public_id, name = show_first_exact(page)
    popup = page.locator(".leaflet-popup")
    expect(popup.get_by_role("heading", level=2)).to_have_text(name)
    expect(popup.locator("[data-status]")).to_be_visible()
    expect(popup.get_by_role("link", name="Validasi")).to_have_attribute("href", f"/validasi/{public_id}/")
    expect(popup.get_by_role("heading", level=2)).to_be_focused()
    popup.get_by_text("Petunjuk arah").click()
    expect(popup.get_by_role("link", name="Waze")).to_be_visible()
    page.keyboard.press("Escape")
    expect(popup).to_be_hidden()


def test_a_mark_on_the_canvas_answers_a_click(journey: Start) -> None:
    page = journey().go("/peta/")
    map_is_drawn(page)
    _id, name = show_first_exact(page)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_load_state("networkidle")
    zoom, lat, lon = hash_of(page)[1:].split("/")
    page.goto(page.url.split("#")[0] + "#" + f"{zoom}/{lat}/{lon}")
    map_is_drawn(page)  # the address may be the one that is shown: then that was a reload
    box = page.locator("#kanvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(popup).to_contain_text(name)


def test_what_is_opened_while_the_list_loads_stays(journey: Start) -> None:
    page = journey().go("/peta/")
    map_is_drawn(page)
    held: list[Route] = []
    page.route("**/peta/daftar/*", lambda route: held.append(route))
    page.evaluate(
        "history.pushState(null, '', '?sumber=sakpore'); dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(page.locator("[aria-busy=true]")).to_be_attached()
    _id, name = show_first_exact(page)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text(name)
    held[0].continue_()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(popup).to_contain_text(name)


# the middle of a disc in the colour of clusters, in pixels of the page
A_CLUSTER = """() => {
  const canvas = document.querySelector("#kanvas .leaflet-overlay-pane canvas");
  if (!canvas) return null; // nothing is drawn yet
  const scale = canvas.width / canvas.getBoundingClientRect().width;
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const indigo = (x, y) => {
    const at = 4 * (Math.round(y) * width + Math.round(x));
    return data[at] === 0x28 && data[at + 1] === 0x36 && data[at + 2] === 0x7f;
  };
  const frame = canvas.getBoundingClientRect();
  const room = document.querySelector("#kanvas").getBoundingClientRect();
  for (let y = 20; y < height - 20; y += 2) {
    for (let x = 20; x < width - 20; x += 2) {
      const spot = { x: frame.x + x / scale, y: frame.y + y / scale };
      if (spot.x < room.x + 60 || spot.x > room.right - 80) continue;
      if (spot.y < room.y + 80 || spot.y > room.bottom - 80) continue;
      const r = 10 * scale;
      if (indigo(x + r, y) && indigo(x - r, y) && indigo(x, y + r) && indigo(x, y - r)) return spot;
    }
  }
}"""


def test_clusters_split_on_a_click(journey: Start) -> None:
    page = journey().go("/peta/")
    map_is_drawn(page)
    spot = page.wait_for_function(A_CLUSTER).json_value()
    page.mouse.click(spot["x"], spot["y"])
    expect(page).to_have_url(re.compile(r"#1[4-7]"))
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_tapping_any_place_answers_what_is_around(journey: Start) -> None:
    page = journey().go("/peta/#15/-6.88860/109.67530")
    map_is_drawn(page)
    box = page.locator("#kanvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + 5, box["y"] + 300)
    expect(page.locator(".leaflet-popup h2")).to_contain_text("di sekitar sini")


def test_on_a_phone_the_list_comes_first(journey: Start) -> None:
    reader = journey(PHONE)
    page = reader.go("/peta/")
    expect(page.locator(".entry").first).to_be_visible()
    expect(page.locator("#peta")).to_be_hidden()
    assert not any("leaflet" in url for url in reader.requests)
    page.get_by_role("link", name="Lihat di peta").click()
    map_is_drawn(page)
    expect(page.locator(".entry").first).to_be_hidden()
    page.go_back()
    expect(page.locator(".entry").first).to_be_visible()
    expect(page.locator("#peta")).to_be_hidden()


def test_on_a_phone_a_sheet_comes_from_below(journey: Start) -> None:
    page = journey(PHONE).go("/peta/")
    public_id, name = show_first_exact(page)
    sheet = page.locator("[data-sheet]")
    expect(sheet.get_by_role("heading", level=2)).to_have_text(name)
    expect(sheet.get_by_role("link", name="Validasi")).to_have_attribute("href", f"/validasi/{public_id}/")
    sheet.get_by_role("button", name="Tutup").click()
    expect(sheet).to_be_hidden()


def test_near_me_sorts_by_distance(journey: Start) -> None:
    page = journey(PHONE, position=HERE).go("/peta/")
    page.get_by_role("button", name="Dekat saya").first.click()
    expect(page).to_have_url(re.compile(r"dekat=109\.6753%2C-6\.8886"))
    expect(page.locator(".entry").first).to_contain_text(re.compile(r"\d+ m"))
    expect(page.get_by_text("Anda berada sekitar")).to_have_count(0)


def test_a_reader_far_away_is_told_how_far_the_city_is(journey: Start) -> None:
    page = journey(position=FAR).go("/peta/")
    map_is_drawn(page)
    page.get_by_role("button", name="Dekat saya").first.click()
    expect(page.get_by_text(re.compile(r"Anda berada sekitar 3\d\d km dari Kota Pekalongan"))).to_be_visible()


def test_a_refused_position_is_explained(journey: Start) -> None:
    page = journey(PHONE).go("/peta/")
    page.get_by_role("button", name="Dekat saya").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Izinkan lokasi")


def test_the_search_box_is_a_combobox_for_the_keyboard(journey: Start) -> None:
    page = journey().go("/peta/")
    box = page.get_by_role("combobox", name="Barang, usaha")
    page.locator("#q").focus()
    page.locator("#q").press_sequentially("kauman")
    expect(page.locator("#saran [role=option]").first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(page.locator("#saran [aria-selected=true]")).to_have_count(1)
    box.press("Escape")
    expect(page.locator("#saran")).to_be_hidden()
    expect(box).to_have_value("kauman")
    box.press("ArrowDown")
    expect(page.locator("#saran [role=option]").first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile("kelurahan="))


def test_the_map_moves_by_keyboard(journey: Start) -> None:
    page = journey().go("/peta/#15/-6.88860/109.67530")
    map_is_drawn(page)
    page.locator("#kanvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile("109.67530"))
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("#16/"))


def test_a_wrong_address_gets_a_hint_that_helps(journey: Start) -> None:
    page = journey().go("/peta/?komoditas=batikk")
    expect(page.get_by_text("Tidak ada komoditas “batikk”.")).to_be_visible()
    page.locator(".alert").get_by_role("link", name="Batik", exact=True).click()
    expect(page).to_have_url(re.compile(r"komoditas=batik(&|#|$)"))
    expect(page.locator("#hasil .alert")).to_have_count(0)


def test_axe_finds_nothing_in_filters_legend_and_popup(journey: Start) -> None:
    reader = journey()
    page = reader.go("/peta/")
    map_is_drawn(page)
    show_first_exact(page)
    expect(page.locator(".leaflet-popup .card")).to_be_visible()
    page.locator(".map-legend > summary").click()
    page.locator("#saringan > summary").click()
    page.locator(".group > summary").first.click()
    assert reader.axe() == []


def test_axe_finds_nothing_in_map_and_sheet_of_a_phone(journey: Start) -> None:
    reader = journey(PHONE)
    page = reader.go("/peta/")
    show_first_exact(page)
    expect(page.locator("[data-sheet] .card")).to_be_visible()
    assert reader.axe() == []


def test_script_and_style_stay_within_60_kb(journey: Start) -> None:
    """Bodies as they travel, with an empty cache."""
    reader = journey()
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    session.on("Network.dataReceived", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    map_is_drawn(reader.go("/peta/"))
    heavy = {i: sizes[i] for i, kind in kinds.items() if kind in ("Script", "Stylesheet")}
    assert len(heavy) >= 6
    assert sum(heavy.values()) <= 60 * KB
