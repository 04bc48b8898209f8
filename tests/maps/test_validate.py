"""What the register says about a permit, and about a letter that somebody holds."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
import zxingcpp
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from companies.models import LegalForm
from maps import verdict
from maps.models import Place
from maps.pages import map_entries, validate
from maps.verdict import Outcome
from permits import seal
from permits.models import Letter, LocationPublic, Permit
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def ask(client: Client, path: str) -> tuple[int, str]:
    response = client.get(path)
    return response.status_code, response.content.decode()


def in_status(status: Status) -> Permit:
    past = TODAY - timedelta(days=400)
    fields: dict[Status, dict[str, Any]] = {
        Status.IN_FORCE: {},
        Status.ENDING: {"valid_until": TODAY + timedelta(days=3)},
        Status.EXPIRED: {"valid_until": TODAY - timedelta(days=1), "valid_from": past},
        Status.SUSPENDED: {"suspended_on": TODAY},
        Status.REVOKED: {"revoked_on": TODAY},
        Status.REPLACED: {},
        Status.REGISTERED: {"registered_only": True, "source": "oss", "valid_until": None},
    }
    if status == Status.REPLACED:
        return factories.permit(replaced_by=factories.permit())
    return factories.permit(**fields[status])


@pytest.mark.parametrize("status", Status)
def test_register_page_says_the_status_in_words_and_by_shape(client: Client, status: Status) -> None:
    factories.village()
    permit = in_status(status)
    code, page = ask(client, f"/validasi/{permit.public_id}/")
    assert code == 200
    assert permit.number in page
    assert f'data-status="{status}"' in page
    assert str(status.label) in page
    assert "COCOK" not in page, "nobody's letter was compared"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.IN_FORCE, "COCOK, izin berlaku sampai 4 Januari 2099"),
        (Status.ENDING, "COCOK, izin berlaku sampai"),
        (Status.EXPIRED, "COCOK, tetapi izin habis masa berlaku"),
        (Status.SUSPENDED, "COCOK, tetapi izin dibekukan"),
        (Status.REVOKED, "COCOK, tetapi izin dicabut"),
        (Status.REPLACED, "COCOK, tetapi izin sudah diganti izin baru"),
    ],
)
def test_a_letter_of_ours_matches_and_its_permit_is_told_about(
    client: Client, status: Status, words: str
) -> None:
    permit = in_status(status)
    code, page = ask(client, f"/V/{seal.issue_letter(permit, by=None)}")
    assert (code, words in page) == (200, True)
    assert permit.number in page


def test_a_replaced_permit_leads_to_the_new_one(client: Client) -> None:
    permit = in_status(Status.REPLACED)
    assert permit.replaced_by is not None
    _, page = ask(client, f"/validasi/{permit.public_id}/")
    assert f'href="/validasi/{permit.replaced_by.public_id}/"' in page
    assert permit.replaced_by.number in page


def test_what_oss_registered_leads_to_oss(client: Client) -> None:
    _, page = ask(client, f"/validasi/{in_status(Status.REGISTERED).public_id}/")
    assert "Terdaftar di OSS, cek di oss.go.id" in page
    assert 'href="https://oss.go.id"' in page
    assert 'name="kode"' not in page, "a registration has no letter of ours to type a code from"


def test_a_withdrawn_letter_is_gone_but_its_permit_is_told(client: Client) -> None:
    permit = factories.permit()
    code = seal.issue_letter(permit, by=None)
    seal.withdraw_letter(Letter.objects.get(), by=None, reason="Nama salah cetak")
    status, page = ask(client, f"/V/{code}")
    assert status == 410
    assert "Surat ini sudah ditarik" in page
    assert "Nama salah cetak" in page
    assert permit.number in page


def test_unknown_and_malformed_and_withheld_have_their_own_pages(client: Client) -> None:
    hidden = factories.permit(published=False)
    letter = seal.issue_letter(hidden, by=None)
    answers = {
        "/V/23456789ABCDEFGHJKMNPQRSTV": (404, "Tidak terdaftar"),
        "/V/ABC": (400, "Kode surat belum lengkap"),
        "/V/0000000000000000000000000O": (400, "Kode surat belum lengkap"),
        "/validasi/23456789ABCD/": (404, "Tidak terdaftar"),
        "/validasi/<script>/": (400, "Alamat ini tidak lengkap"),
        f"/validasi/{hidden.public_id}/": (410, "Tidak ditampilkan lagi"),
        f"/V/{letter}": (410, "Tidak ditampilkan lagi"),
    }
    for path, (status, words) in answers.items():
        found, page = ask(client, path)
        assert (path, found, words in page) == (path, status, True)
        assert "noindex" in page
        assert hidden.number not in page
        assert "<script>/" not in page


def test_a_seal_typed_by_hand_leads_to_its_address(client: Client) -> None:
    code = seal.issue_letter(factories.permit(), by=None)
    for typed in (seal.grouped(code).lower(), f"{code}/"):
        response = client.get(f"/V/{typed}")
        assert (response.status_code, response.headers["Location"]) == (302, f"/V/{code}")
    assert client.get(f"/v/{code.lower()}").headers["Location"] == f"/V/{code}"
    posted = client.post("/V/", {"kode": f" {seal.grouped(code).lower()} "})
    assert (posted.status_code, posted.headers["Location"]) == (303, f"/V/{code}")
    assert client.get("/V/").headers["Location"] == "/validasi/"


def test_a_wrong_code_stays_in_the_form_and_out_of_the_address(client: Client) -> None:
    response = client.post("/V/", {"kode": "K6XA-<b>"})
    page = response.content.decode()
    assert response.status_code == 400
    assert 'value="K6XA-&lt;b&gt;"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("path", ["/V/{}", "/V/ABC", "/V/23456789ABCDEFGHJKMNPQRSTV"])
def test_nothing_keeps_or_passes_on_a_seal(client: Client, path: str) -> None:
    response = client.get(path.format(seal.issue_letter(factories.permit(), by=None)))
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_number_is_found_however_it_is_written(client: Client) -> None:
    permit = factories.permit(number="503/16.0001/SIP-Uji/2026")
    for typed in ("503/16.0001/SIP-Uji/2026", "503 / 16 0001/sip uji /2026", "50316", ""):
        response = client.get("/validasi/", {"nomor": typed})
        if typed in ("50316", ""):
            assert response.status_code == (404 if typed else 200)
        else:
            assert response.headers["Location"] == f"/validasi/{permit.public_id}/"


def test_codes_typed_as_numbers_are_understood(client: Client) -> None:
    permit = factories.permit()
    code = seal.issue_letter(permit, by=None)
    assert client.get("/validasi/", {"nomor": seal.grouped(code)}).headers["Location"] == f"/V/{code}"
    response = client.get("/validasi/", {"nomor": permit.public_id.lower()})
    assert response.headers["Location"] == f"/validasi/{permit.public_id}/"


def test_several_permits_with_a_like_number_are_listed(client: Client) -> None:
    one, other = factories.permit(number="UJI-1/2026"), factories.permit(number="uji 1 2026")
    status, page = ask(client, "/validasi/?nomor=UJI+1.2026")
    assert status == 200
    assert one.public_id in page
    assert other.public_id in page


def test_an_unknown_number_is_kept_in_the_form(client: Client) -> None:
    status, page = ask(client, "/validasi/?nomor=%3Cimg%20src%3Dx%3E")
    assert status == 404
    assert "&lt;img src=x&gt;" in page
    assert "<img src=x>" not in page


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_number_breaks_the_page(client: Client, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "_count_miss", lambda request: None)
        assert client.get("/validasi/", {"nomor": text}).status_code in (200, 302, 404)
        assert client.post("/V/", {"kode": text}).status_code in (303, 400, 404)


def test_only_misses_are_limited_and_hits_are_always_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "MISSES", 3)
    permit = factories.permit()
    code = seal.issue_letter(permit, by=None)
    paths = ["/V/23456789ABCDEFGHJKMNPQRSTV", "/validasi/23456789ABCD/", "/validasi/?nomor=tidak+ada"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    refused: Any = client.get(paths[0])
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= validate.SECONDS
    assert [client.get(path).status_code for path in paths] == [429] * 3
    assert client.get(f"/V/{code}").status_code == 200
    assert client.get(f"/validasi/{permit.public_id}/").status_code == 200
    elsewhere = client.get(paths[0], REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 404


def test_what_the_type_withholds_stays_withheld(client: Client) -> None:
    factories.village()
    kind = factories.permit_type("UJI-3", location_public=LocationPublic.NONE, holder_public=False)
    holder = factories.company("Contoh Rahasia")
    permit = factories.permit(holder, type=kind)
    for path in (f"/validasi/{permit.public_id}/", f"/V/{seal.issue_letter(permit, by=None)}"):
        _, page = ask(client, path)
        assert "Contoh Rahasia" not in page
        assert "Jalan Uji" not in page
        assert "google.com/maps" not in page


def test_a_person_without_consent_has_no_address_and_no_way(client: Client) -> None:
    village = factories.village()
    permit = factories.permit(factories.company(legal_form=LegalForm.SOLE_PROPRIETOR))
    _, page = ask(client, f"/validasi/{permit.public_id}/")
    assert village.name in page
    assert "Jalan Uji" not in page
    assert "google.com/maps" not in page
    assert f"/peta/?kelurahan={village.code}" in page


def test_a_company_has_its_way_and_its_point_on_the_map(client: Client) -> None:
    factories.village()
    permit = factories.permit()
    _, page = ask(client, f"/validasi/{permit.public_id}/")
    assert "https://www.google.com/maps/dir/?api=1&amp;destination=-6.889000%2C109.675000" in page
    assert "/peta/?di=109.675000,-6.889000" in page


def test_the_proof_is_dated_and_names_the_site(client: Client) -> None:
    permit = factories.permit(demo=True)
    response = client.get(f"/validasi/{permit.public_id}/")
    page = response.content.decode()
    assert f"http://testserver/validasi/{permit.public_id}/" in page
    assert f"{timezone.localtime():%Y}" in page
    assert "WIB" in page
    assert "izin ini rekaan" in page
    assert "max-age" not in response.headers["Cache-Control"]


def test_a_reader_on_another_address_is_told_the_official_one(client: Client, settings: object) -> None:
    settings.SITE_URL = "https://izin.contoh.go.id"  # type: ignore[attr-defined]
    assert "izin.contoh.go.id" in ask(client, "/validasi/")[1]


def test_a_page_takes_few_queries(client: Client) -> None:
    factories.village()
    permit = factories.permit(commodities=[factories.commodity()], replaced_by=factories.permit())
    code = seal.issue_letter(permit, by=None)
    for path in (f"/validasi/{permit.public_id}/", f"/V/{code}", "/validasi/", "/validasi/?nomor=x"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        assert len(queries) <= 12, path


def test_letters_of_the_demo_city_can_be_tried(client: Client) -> None:
    assert client.get("/validasi/contoh/").status_code == 404
    assert client.get("/validasi/contoh/1.png").status_code == 404
    code = seal.demo_seal_id(1)
    seal.issue_letter(factories.permit(demo=True), by=None, seal_id=code)
    assert seal.grouped(code) in ask(client, "/validasi/contoh/")[1]
    png = client.get("/validasi/contoh/1.png")
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    assert found.text == f"HTTP://TESTSERVER/V/{code}"
    svg = client.get("/validasi/contoh/1.svg")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert client.get("/validasi/contoh/2.svg").status_code == 404
    assert client.get("/validasi/contoh/99.svg").status_code == 404


def test_the_verdict_is_the_same_for_pages_and_programs() -> None:
    permit = factories.permit(issued_on=date(2026, 1, 5))
    code = seal.issue_letter(permit, by=None, on=date(2026, 1, 6))
    found = verdict.verdict_for_seal(seal.grouped(code))
    assert (found.outcome, found.http_status, found.is_miss) == (Outcome.GENUINE, 200, False)
    assert found.entry is not None
    assert found.letter == verdict.Letter(date(2026, 1, 6))
    assert verdict.register_entry(permit.public_id.lower()).outcome == Outcome.REGISTERED
    assert verdict.register_entry("").outcome == Outcome.MALFORMED
    assert verdict.verdict_for_seal("\x00" * 26).outcome == Outcome.MALFORMED


@pytest.mark.django_db
def test_degrees_of_a_point_are_those_of_a_transformation() -> None:
    for lon, lat in ((109.6753, -6.8886), (-179.9, 84.9), (0.0, 0.0), (12.5, -60.25)):
        point = Point(lon, lat, srid=4326).transform(3857, clone=True)
        assert isinstance(point, Point)
        shown = map_entries.lonlat(Place(point=point))
        assert shown == pytest.approx((lon, lat), abs=1e-9)


def test_what_a_process_keeps_of_types_and_villages_is_asked_for_where_it_is_new(client: Client) -> None:
    factories.village()
    assert client.get(f"/validasi/{factories.permit().public_id}/").status_code == 200
    kind = factories.permit_type(code="UJI-BARU", name="Izin yang baru saja dibuat")
    permit = factories.permit(type=kind)
    assert "Izin yang baru saja dibuat" in ask(client, f"/validasi/{permit.public_id}/")[1]
