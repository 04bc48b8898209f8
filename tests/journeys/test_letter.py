"""From an empty account to a letter that anybody can check, through every desk; and the way of a refusal."""

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, Journey, database_environment
from tests.journeys.test_pages import faults, sign_in
from tests.permits.letters.test_render import page_image, text_of
from tests.permits.signing.test_signers import openssl_accepts
from tests.servers import ROOT

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]
EMAIL, PASSWORD = "pemohon-uji@contoh.invalid", "sarung palekat Uji 7"
NIK = "9975014101900001"
TABLET = {"width": 820, "height": 1100}

TYPE = """
from tests import factories
letter = {"title": "{type}", "paragraphs": ["Diberikan kepada {holder}, NIK {nik}, di {address}."],
          "conditions": ["Menaati peraturan."], "copies_to": ["Arsip"]}
nik = {"key": "nik", "kind": "text", "format": "nik", "label": "NIK pemohon", "personal": True,
       "step": "Pemohon"}
factories.version(questions=[nik], documents=[{"key": "ktp", "label": "KTP"}], needs_inspection=True,
                  validity_months=60, service_days=5, letter=letter)
"""
REFUSED = """
from tests import factories
made = factories.at("processing", kind=factories.permit_type("UJI-TOLAK", name="Izin Tolak Uji"))
print(made.public_id)
"""
LINK = """
import re
from geoportal.models import Message
print(re.search(r"https?://[^/]+(/\\S+)", Message.objects.latest("pk").body)[1])
"""


def on_site(code: str) -> str:
    """Runs code on the site's database; the last line of what it printed."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=database_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().rpartition("\n")[2]


def passphrase() -> str:
    return (Path(settings.SIGNER_FOLDER) / "passphrase.txt").read_text().strip()


def go_on(page: Page, **fields: str) -> None:
    """Fills in one screen of the form and goes to the next."""
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("button[name=lanjut]").click()


def move(page: Page, case: str, name: str, note: str = "") -> None:
    page.goto(case)
    form = page.locator(f'form:has(input[name="langkah"][value="{name}"])')
    if note:
        form.locator("[name=catatan]").fill(note)
    form.get_by_role("button").click()
    expect(page.locator("main, .messages").first).to_contain_text("Selesai")


def hand_in(page: Page, case: str, **fields: str) -> None:
    page.goto(case)
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("button[name=serahkan]").click()


def sign(page: Page, site: str, public_id: str) -> None:
    page.goto(f"{site}/petugas/tanda-tangan/")
    page.locator(f'input[name=berkas][value^="{public_id}."]').check()
    page.locator("#sandi").fill(passphrase())
    page.get_by_role("button", name="Tanda tangani surat terpilih").click()
    expect(page.locator("body")).to_contain_text("surat ditandatangani dan terbit")


def download(page: Page, address: str) -> bytes:
    answer = page.request.get(address)
    assert answer.status == 200, address
    assert answer.headers["cache-control"].startswith("private, no-store")
    return answer.body()


class Office:
    """A browser for each member of staff, signed in when it is first asked for."""

    def __init__(self, journey: Start) -> None:
        self.journey, self.readers = journey, dict[str, Journey]()

    def __call__(self, role: str) -> Page:
        if role not in self.readers:
            self.readers[role] = reader = self.journey(TABLET if role == "head" else DESK)
            sign_in(reader.go("/masuk/", idle=False), f"contoh-{role}")
        return self.readers[role].page


def open_by_keyboard(desk: Page, case: str) -> None:
    """From the queue: single keys act outside fields, and not at all once they are switched off."""
    link = desk.locator(".case-link")
    desk.keyboard.press("/")
    expect(desk.locator("#q")).to_be_focused()
    desk.keyboard.press("j")  # a letter, in a field
    expect(desk.locator("#q")).to_be_focused()
    desk.locator("main h1").click()
    desk.keyboard.press("?")
    switch = desk.get_by_label("Satu tombol langsung berlaku")
    switch.uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(link).not_to_be_focused()
    desk.locator("[data-keys-open]").click()
    switch.check()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(link).to_be_focused()
    desk.keyboard.press("x")
    expect(desk.locator("input[name=berkas]")).to_be_checked()
    desk.keyboard.press("Enter")
    desk.wait_for_url(case)


def test_from_an_empty_account_to_a_letter_that_anybody_can_check(
    journey: Start, site: str, tmp_path: Path
) -> None:
    on_site(TYPE)
    applicant = journey(PHONE)
    page = applicant.page
    public_id, number = apply(applicant, tmp_path)
    by_post(page, f"{site}/permohonan/{public_id}/")
    own, case = f"{site}/permohonan/{public_id}/", f"{site}/petugas/permohonan/{public_id}/"
    office = Office(journey)

    desk = office("front-office")
    desk.goto(f"{site}/petugas/antrean/?q={number}")
    open_by_keyboard(desk, case)
    desk.locator("details:has(#mengenai) summary").click()
    desk.locator("#mengenai").select_option("location")
    desk.locator("#teks-perbaikan").fill("Tulis nama jalannya")
    desk.get_by_role("button", name="Masukkan ke daftar").click()
    move(desk, case, "return")
    page.goto(own)
    expect(page.locator("main")).to_contain_text("Tulis nama jalannya")
    page.locator("input[name^=jawab-]").fill("Sudah saya tulis")
    page.locator("button[name=kirim]").click()
    move(desk, case, "accept")
    official = office("official")
    move(official, case, "verify")
    back_office = office("back-office")
    move(back_office, case, "order_inspection")
    inspector = office("inspector")
    inspector.goto(case)
    inspector.locator("input[name=verdict][value=fits]").check()
    inspector.locator("#id_point").fill("-6.888900, 109.675400")
    inspector.locator("form[action$='/laporan/'] button").click()
    move(back_office, case, "draft_permit")
    hand_in(back_office, case, copies_to="Camat Uji")
    move(official, case, "send_back", note="Tambahkan arsip")
    hand_in(back_office, case, copies_to="Camat Uji\nArsip")
    official.goto(case)
    expect(official.locator("main")).to_contain_text("Camat Uji")
    draft = text_of(download(official, f"{case}draf.pdf"), tmp_path)
    assert "DRAF – BELUM BERLAKU SEBAGAI IZIN" in draft
    move(official, case, "approve")
    head = office("head")
    head.goto(f"{site}/petugas/tanda-tangan/")
    head.locator("details.letter summary").first.click()
    expect(head.locator("details.letter img").first).to_have_js_property("complete", True)
    assert faults(office.readers["head"]) == []
    sign(head, site, public_id)

    page.goto(own)
    assert faults(applicant) == []
    expect(page.get_by_role("link", name="Unduh surat")).to_be_visible()
    pdf = download(page, f"{own}surat.pdf")
    assert download(desk, f"{case}surat.pdf") == pdf
    report = subprocess.run(
        ["pdfsig", "-nocert", str(written(pdf, tmp_path))], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in report
    assert "Total document signed" in report
    assert openssl_accepts(pdf, tmp_path)
    code = zxingcpp.read_barcode(page_image(pdf, tmp_path))
    assert code is not None
    found = re.fullmatch(rf"{re.escape(site.upper())}(/V/[0-9A-Z]{{26}})", code.text)
    assert found is not None
    check(journey, found[1], pdf, tmp_path)
    post(back_office, page, own, number, tmp_path)


def apply(reader: Journey, tmp_path: Path) -> tuple[str, str]:
    """A new account and a whole application; its public id and registration number."""
    page = reader.go("/akun/daftar/", idle=False)
    page.locator("#id_email").fill(EMAIL)
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/akun/email/terkirim/")
    reader.go(on_site(LINK), idle=False)
    page.locator("main form button[type=submit]").click()
    reader.go("/masuk/", idle=False)
    sign_in(page, EMAIL, PASSWORD)
    reader.go("/permohonan/baru/?q=izin+usaha+uji", idle=False)
    page.locator("form:has(input[name=jenis][value=UJI-USAHA]) button").click()
    page.locator("#id_holder_form").select_option("pt")
    go_on(page, applicant_name="Pemohon Uji", holder_name="Contoh Perjalanan")
    go_on(page, **{"q-nik": NIK})
    go_on(page, address_1="Jalan Uji No. 7", point_1="-6.888600, 109.675300")
    photograph = BytesIO()
    Image.new("RGB", (400, 300), "#a0a0c0").save(photograph, "JPEG")
    ktp = {"name": "ktp.jpg", "mimeType": "image/jpeg", "buffer": photograph.getvalue()}
    page.locator("#berkas-ktp").set_input_files(ktp)  # type: ignore[arg-type]
    expect(page.locator(".papers img")).to_be_visible()
    page.locator(".onwards a.button").first.click()
    page.locator("form[data-once] button").click()
    page.wait_for_url("**/terkirim/")
    number, pin = (text.strip() for text in page.locator(".receipt .big").all_inner_texts())
    receipt = text_of(download(page, f"{page.url}tanda-terima.pdf"), tmp_path)
    assert number in receipt
    assert pin in receipt
    return page.url.split("/")[-3], number


def by_post(page: Page, own: str) -> None:
    """The applicant wants the letter by Pos Indonesia."""
    page.goto(f"{own}penyerahan/")
    page.locator("input[name=way][value=post]").check()
    page.locator("#id_recipient").fill("Pemohon Uji")
    page.locator("#id_address").fill("Jalan Uji No. 7\nKelurahan Uji 51111")
    page.locator("main form button[type=submit]").first.click()


def post(clerk: Page, applicant: Page, own: str, number: str, tmp_path: Path) -> None:
    """From the post room's queue to the tracking number on the applicant's page."""
    room = f"{own.partition('/permohonan/')[0]}/petugas/pos/"
    clerk.goto(room)
    panel = clerk.locator(".panel", has_text=number)
    expect(panel).to_contain_text("Kelurahan Uji 51111")
    ticked = panel.locator("input[name=berkas]").get_attribute("value")
    for wanted in ("daftar", "label"):
        printed = text_of(download(clerk, f"{room}cetak/?berkas={ticked}&cetak={wanted}"), tmp_path)
        assert number in printed
        assert "Jalan Uji No. 7" in printed
    panel.locator("input[name=resi]").fill("p2611240001234")
    panel.get_by_role("button", name="Dikirim").click()
    expect(clerk.locator("section[aria-labelledby=jalan]")).to_contain_text("P2611240001234")
    listed = text_of(download(clerk, f"{room}cetak/?berkas={ticked}&cetak=daftar"), tmp_path)
    assert "P2611240001234" in listed
    applicant.goto(f"{own}penyerahan/")
    expect(applicant.locator("main")).to_contain_text("P2611240001234")
    panel = clerk.locator("section[aria-labelledby=jalan] .panel", has_text="P2611240001234")
    panel.locator("input[name=catatan]").fill("diterima tetangga")
    panel.get_by_role("button", name="Diterima").click()
    applicant.reload()
    expect(applicant.locator("main")).to_contain_text("Diterima")


def check(journey: Start, address: str, pdf: bytes, tmp_path: Path) -> None:
    """What a stranger finds: the code, the file, a changed file, the map."""
    stranger = journey(PHONE)
    page = stranger.go(address, idle=False)
    expect(page.locator(".verdict")).to_contain_text("COCOK, izin berlaku sampai")
    copy = page.get_by_role("link", name="Lihat surat").get_attribute("href")
    assert copy is not None
    rendition = text_of(page.request.get(f"{stranger.site}{copy}").body(), tmp_path)
    assert "Contoh Perjalanan" in rendition
    assert NIK not in rendition
    middle = len(pdf) // 2
    changed = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    for file, word in ((pdf, "COCOK, izin berlaku"), (changed, "TIDAK COCOK")):
        stranger.go("/validasi/", idle=False)
        page.get_by_label("Surat dalam bentuk PDF").set_input_files(str(written(file, tmp_path)))
        page.get_by_role("button", name="Periksa berkas").click()
        expect(page.locator(".verdict")).to_contain_text(word)
    stranger.go("/peta/?q=Contoh+Perjalanan")
    expect(page.locator("main")).to_contain_text("Contoh Perjalanan")
    stranger.go("/perusahaan/?q=Contoh+Perjalanan", idle=False)
    expect(page.locator("main")).to_contain_text("Contoh Perjalanan")


def written(pdf: bytes, folder: Path) -> Path:
    path = folder / "surat.pdf"
    path.write_bytes(pdf)
    return path


def test_a_refusal_is_drafted_verified_and_signed_like_a_permit(
    journey: Start, site: str, tmp_path: Path
) -> None:
    public_id = on_site(REFUSED)
    case = f"{site}/petugas/permohonan/{public_id}/"
    office = Office(journey)
    back_office = office("back-office")
    move(back_office, case, "draft_refusal")
    hand_in(back_office, case, reasons="Lokasi tidak sesuai tata ruang.")
    move(office("official"), case, "approve_refusal")
    sign(office("head"), site, public_id)
    back_office.goto(case)
    expect(back_office.locator("main")).to_contain_text("Ditolak")
    pdf = download(back_office, f"{case}surat.pdf")
    assert "Lokasi tidak sesuai tata ruang." in text_of(pdf, tmp_path)
    assert openssl_accepts(pdf, tmp_path)
    code = zxingcpp.read_barcode(page_image(pdf, tmp_path))
    assert code is not None
    page = journey(PHONE).go(code.text.removeprefix(site.upper()), idle=False)
    expect(page.locator(".verdict")).to_contain_text("COCOK: Surat penolakan")
