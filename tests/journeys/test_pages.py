"""Every page that a person can open: axe finds nothing, on a phone and on a desk, and nothing sticks out."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import signing
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from geoportal.public import PUBLIC_ROUTES
from permits.demo.accounts import PUBLIC_KEY
from permits.seal import DEMO_LETTERS, demo_seal_id
from permits.status import Status
from tests.journeys.conftest import DESK, PHONE, Journey

pytestmark = pytest.mark.journey
Start = Callable[..., Journey]

# route of geoportal.public -> what a person may meet there; {names} are filled in from the demo city
PAGES: dict[str, list[str]] = {
    "": ["/"],
    "masuk/": ["/masuk/"],
    "akun/daftar/": ["/akun/daftar/"],
    "akun/email/terkirim/": ["/akun/email/terkirim/"],
    "akun/email/konfirmasi/<str:key>/": ["/akun/email/konfirmasi/salah/"],
    "akun/lupa-sandi/": ["/akun/lupa-sandi/"],
    "akun/lupa-sandi/terkirim/": ["/akun/lupa-sandi/terkirim/"],
    "akun/lupa-sandi/selesai/": ["/akun/lupa-sandi/selesai/"],
    "akun/lupa-sandi/<base36:uidb36>-<str:key>/": ["/akun/lupa-sandi/1-salah/"],
    "akun/nonaktif/": ["/akun/nonaktif/"],
    "akun/undangan/<str:signed>/": ["/akun/undangan/salah/"],
    "api/docs/": ["/api/docs/"],
    "data/": ["/data/"],
    "luring/": ["/luring/"],
    "statistik/": ["/statistik/", "/statistik/?komoditas=batik&status=xx"],
    "statistik/peta/": ["/statistik/peta/"],
    "peta/": ["/peta/", "/peta/?q=zzqqxx", "/peta/?komoditas=batikk&dekat=106.8,-6.2"],
    "perusahaan/": ["/perusahaan/?q=bathik&dekat=109.67,-6.88", f"/perusahaan/?q={'x' * 150}&bentuk=xx"],
    "perusahaan/<slug:slug>/": ["/perusahaan/{company}/", "/perusahaan/{withheld}/"],
    "perusahaan/<slug:slug>/klaim/": ["/perusahaan/{withheld}/klaim/"],
    "perusahaan/<slug:slug>/lapor/": ["/perusahaan/{company}/lapor/"],
    "perusahaan/<slug:slug>/terkirim/<str:signed>/": ["/perusahaan/{company}/terkirim/{receipt}/"],
    "lacak/": ["/lacak/?nomor=2026-000001"],
    "lapor/": ["/lapor/?lat=-6.8886&lon=109.6753"],
    "pengaduan/": ["/pengaduan/?nomor=2026-000001"],
    "pengaduan/ikuti/": ["/pengaduan/ikuti/?nomor=ADU-2026-00001"],
    "survei/<str:token>/": ["/survei/salah/"],
    "layanan/": ["/layanan/", "/layanan/?q=zzqqxx&bidang=xx"],
    "layanan/bantu/": ["/layanan/bantu/", "/layanan/bantu/?kegiatan=business&untuk=person&bidang=lain"],
    "layanan/<str:code>/": ["/layanan/{type}/"],
    "validasi/": ["/validasi/", "/validasi/?nomor=", "/validasi/?nomor=503/999999"],
    "lama/<path:target>": ["/lama/cek.php?id=tidak-ada"],
    "validasi/arti/": ["/validasi/arti/"],
    "validasi/sertifikat/": ["/validasi/sertifikat/"],
    "validasi/contoh/": ["/validasi/contoh/"],
    "validasi/<str:typed>/": [
        "/validasi/{in_force}/",
        "/validasi/{registered}/",
        "/validasi/{replaced}/",
        "/validasi/salah/",
    ],
    "V/<str:typed>": [f"/V/{demo_seal_id(1)}", f"/V/{demo_seal_id(DEMO_LETTERS)}", "/V/ABC"],
}
DATA = {route for route in PUBLIC_ROUTES if route.startswith(("api/v1/", "tiles/"))}
PARTS = {"peta/daftar/", "peta/sekitar/", "peta/izin/<str:public_id>/"}  # test_map has them, within /peta/
NO_PAGES = {  # answer with data or a picture, or lead on
    *{
        *{"lapangan/pekerja.js", "pekerja.js", "manifest.webmanifest", ".well-known/assetlinks.json"},
        *{".well-known/security.txt", "robots.txt"},
        "livez",
        "readyz",
        "api/schema/",
        "bahasa/",
        *{"pengaduan/terkirim/", "lapor/terkirim/", "permohonan/wilayah/"},
        "favicon.ico",
        "V/",
        "validasi/pdf/",
    },
    *{"livez", "readyz", "api/schema/", "bahasa/", "favicon.ico", "V/", "validasi/pdf/"},
    "pembayaran/notifikasi/",
    "validasi/<str:typed>/salinan.pdf",
    *{"validasi/sertifikat/rantai.pem", "validasi/sertifikat/<str:fingerprint>.pem"},
    *{"V/<str:typed>/", "v/<str:typed>", "v/<str:typed>/"},
    *{"validasi/contoh/<int:n>.svg", "validasi/contoh/<int:n>.png"},
}


def test_every_public_route_has_an_example_or_is_no_page() -> None:
    assert PAGES.keys() | DATA | PARTS | NO_PAGES == PUBLIC_ROUTES


def features(site: str, query: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{site}/api/v1/{query}") as answer:  # noqa: S310
        found: list[dict[str, Any]] = json.load(answer)["features"]
    return found


@pytest.fixture(scope="module")
def examples(site: str) -> dict[str, str]:
    """Names in the addresses above, as the demo city has them."""
    by_place = {one["properties"]["location_withheld"]: one["id"] for one in features(site, "companies/")}
    permits = {status: features(site, f"permits/?status={status}&limit=1")[0] for status in Status}
    company = by_place[False]
    receipt = signing.Signer(salt=f"claim.sent.{company}").sign("error-CONTOH234567")
    return {
        "company": company,
        "withheld": by_place[True],
        "receipt": receipt,
        "type": permits[Status.IN_FORCE]["properties"]["type"]["code"],
        **{status.value: permit["id"] for status, permit in permits.items()},
    }


# how far anything sticks out to the right
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(reader: Journey) -> list[str]:
    excess = reader.page.evaluate(EXCESS)
    return reader.axe() + ([f"{excess} px too wide"] if excess > 0 else [])


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_public_page(journey: Start, size: Any, examples: dict[str, str]) -> None:
    reader = journey(size)
    found = {}
    for path in [path.format(**examples) for paths in PAGES.values() for path in paths]:
        reader.go(path, idle=path.startswith(("/peta/", "/api/docs/", "/statistik/")))
        found[path] = faults(reader)
    assert {path: faulty for path, faulty in found.items() if faulty} == {}
    assert reader.strangers() == []


COMPANIES = [
    "/usaha/",
    "/petugas/hapus-data/",
    "/petugas/klaim/",
    "/petugas/gabung/",
    "/permohonan/baru/?jenis=SIP-FISIO",
]
OWN = [
    "/akun/",
    "/akun/email/",
    "/akun/sandi/",
    "/akun/keamanan/",
    "/akun/keamanan/ulang/",
    "/akun/sesi/",
    "/akun/data/",
]


def answer_with(page: Page, body: str) -> None:
    page.route("**/galat", lambda route: route.fulfill(body=body, content_type="text/html"))


def sign_in(page: Page, name: str, password: str = "") -> None:
    """With the password and, where it is asked, the second factor of the demo city's accounts."""
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(password or f"{name}-2026")
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_load_state("networkidle")
    for steps in (0, -1, 1):  # each code counts once: another sign-in takes its neighbour
        if "/masuk/kode/" not in page.url:
            return
        page.locator("#id_code").fill(code(steps))
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_load_state("networkidle")


def code(steps: int) -> str:
    return str(format_hotp_value(hotp_value(PUBLIC_KEY, int(time.time()) // 30 + steps)))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_when_something_is_wrong(journey: Start, site: str, size: Any) -> None:
    reader = journey(size)
    page = reader.go("/tidak-ada/")
    assert page.title() == "Halaman tidak ditemukan · SAKPORE"
    found = {404: faults(reader)}
    page.goto(site.replace("localhost", "salah.localhost"))  # not in ALLOWED_HOSTS
    assert page.title() == "Permintaan tidak dipahami · SAKPORE"
    found[400] = faults(reader)
    for status in (500, 503):  # what cannot be brought about here
        answer_with(page, render_to_string(f"{status}.html"))
        reader.go("/galat")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[status] = faults(reader)
    reader.go("/masuk/")
    sign_in(page, "bukan-siapa-siapa", "keliru")
    assert "keliru" in page.get_by_role("alert").inner_text()
    found[200] = faults(reader)
    reader.context.clear_cookies()
    sign_in(page, "contoh-head")
    assert page.title() == "Mohon kirim sekali lagi · SAKPORE"
    found[403] = faults(reader)
    assert {status: faulty for status, faulty in found.items() if faulty} == {}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_where_staff_work(journey: Start, size: Any) -> None:
    reader = journey(size)
    page = reader.go("/petugas/")
    sign_in(page, "contoh-administrator")
    assert page.title() == "Ruang Kerja Petugas · SAKPORE"
    found = {"desk": faults(reader)}
    for path in ("/admin/", *OWN, *COMPANIES):
        reader.go(path)
        found[path] = faults(reader)
    assert {path: faulty for path, faulty in found.items() if faulty} == {}
