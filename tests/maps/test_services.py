"""Permit types: found by everyday words, complete and honest about what is not known."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permits.finding import find
from permits.models import Channel, Fee, PermitType, Stage, TypeVersion, VersionState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue() -> None:
    call_command("load_catalogue", examples=True, verbosity=0)


def found(query: str) -> set[str]:
    return {kind.code for kind in find(query, list(PermitType.objects.all()))}


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("baliho", "REKLAME-TETAP"),
        ("reklme", "REKLAME-TETAP"),
        ("gudang", "TDG"),
        ("GUDDANG", "TDG"),
        ("tdg", "TDG"),
    ],
)
def test_everyday_words_and_typing_errors_find_the_type(query: str, code: str) -> None:
    assert code in found(query)
    assert len(found(query)) < 12


@pytest.mark.usefixtures("catalogue")
def test_what_fits_nothing_is_told(client: Client) -> None:
    assert found("zzzzzz") == set()
    assert found("<>") == set()
    page = client.get("/layanan/?q=zzzzzz").content.decode()
    assert "Tidak ada jenis izin yang cocok" in page


@pytest.mark.usefixtures("catalogue")
def test_sectors_narrow_the_list(client: Client) -> None:
    page = client.get("/layanan/?bidang=reklame").content.decode()
    assert "Izin Reklame Tetap" in page
    assert "Fisioterapis" not in page
    page = client.get("/layanan/?bidang=<b>").content.decode()
    assert "Tidak ada bidang “&lt;b&gt;”" in page
    assert "Fisioterapis" in page


@pytest.mark.usefixtures("catalogue")
def test_every_type_has_its_page(client: Client) -> None:
    for kind in PermitType.objects.all():
        page = client.get(f"/layanan/{kind.code}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert kind.source_url.replace("&", "&amp;") in text
        assert ("Contoh dari kantor lain" in text) == (not kind.official)


def test_what_is_not_known_is_said(client: Client) -> None:
    kind = factories.permit_type("UJI-KOSONG", fee=Fee.UNKNOWN)
    page = client.get(f"/layanan/{kind.code}/").content.decode()
    for words in ("Waktu belum dinyatakan", "Biaya belum dinyatakan", "Sumbernya tidak menyebutkan"):
        assert words in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"channel": Channel.OSS}, 'href="https://oss.go.id"'),
        ({"channel": Channel.COUNTER}, "Bawa ke loket"),
        ({"channel": Channel.SAKPORE}, "Pengajuan lewat situs ini menyusul"),
        ({"stage": Stage.RETIRED}, "tidak diterbitkan lagi"),
        ({"stage": Stage.SOON}, "Belum dilayani"),
    ],
)
def test_it_says_how_to_apply_today(client: Client, fields: dict[str, str], words: str) -> None:
    kind = factories.permit_type("UJI-CARA", **fields)
    assert words in client.get(f"/layanan/{kind.code}/").content.decode()


def test_documents_are_listed_for_new_and_renewal_and_escaped(client: Client) -> None:
    kind = factories.permit_type("UJI-DOK", documents=["KTP <b>", "Denah"], renewal_documents=["Izin lama"])
    page = client.get("/layanan/uji-dok/", follow=True).content.decode()
    assert page.index("KTP &lt;b&gt;") < page.index("Denah") < page.index("Izin lama")
    assert client.get("/layanan/uji-dok/").headers["Location"] == f"/layanan/{kind.code}/"


def test_permits_of_the_type_are_counted_and_linked(client: Client) -> None:
    kind = factories.permit_type()
    factories.permit(type=kind)
    factories.permit(type=kind, revoked_on="2026-02-01")
    page = client.get(f"/layanan/{kind.code}/").content.decode()
    assert "1 izin ada di peta" in page
    assert f'href="/peta/?jenis={kind.code}"' in page


@given(st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_the_list(client: Client, query: str, sector: str) -> None:
    assert client.get("/layanan/", {"q": query, "bidang": sector}).status_code == 200


def test_unknown_codes_are_not_found(client: Client) -> None:
    for code in ("TIDAK-ADA", "%00", "a" * 400):
        assert client.get(f"/layanan/{code}/").status_code == 404


def test_a_page_takes_few_queries(client: Client) -> None:
    kind = factories.permit_type()
    for path in ("/layanan/", "/layanan/bantu/", f"/layanan/{kind.code}/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) <= 6


def test_requirements_stand_by_purpose(client: Client) -> None:
    call_command("load_catalogue", stdout=StringIO(), stderr=StringIO())
    with translation.override("id"):
        page = client.get("/layanan/SIP-FISIO/").content.decode()
    assert "Perpanjangan, Perubahan" in page
    assert page.count("SIP lama") == 1
    assert "Surat izin yang dimaksud (bila masih ada)" in page
    assert 'id="procedure"' in page
    assert 'id="fee"' not in page  # no source states a formula


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?luas=2,5&jenis=tetap", "Rp 250.000"),
        ("?luas=2&jenis=sementara&hari=3", "Rp 6.000"),
        ("?luas=2&jenis=sementara", 'id="e-hari"'),
        ("?luas=dua&jenis=tetap", 'id="e-luas"'),
        ("?luas=%3Cscript%3E&jenis=x", "&lt;script&gt;"),
    ],
)
def test_the_calculator_counts_as_the_bill_does(client: Client, query: str, words: str) -> None:
    kind = factories.permit_type("UJI-BIAYA")
    questions = [
        {"key": "jenis", "kind": "choice", "label": "Jenis", "options": [["tetap", "T"], ["sementara", "S"]]},
        {"key": "luas", "kind": "number", "label": "Luas"},
        {
            "key": "hari",
            "kind": "number",
            "label": "Hari",
            "shown_if": {"key": "jenis", "equals": ["sementara"]},
        },
        {"key": "nama", "kind": "text", "label": "Tidak ditanya"},
    ]
    fee = "if(jenis = 'tetap', 100000 * luas, 1000 * hari * luas)"
    TypeVersion.objects.create(
        type=kind, number=1, state=VersionState.ACTIVE, definition={"questions": questions, "fee": fee}
    )
    page = client.get(f"/layanan/UJI-BIAYA/{query}").content.decode()
    assert words in page
    assert "Tidak ditanya" not in page
    assert "<script>" not in page


def test_a_version_that_cannot_be_read_leaves_the_catalogues_words(client: Client) -> None:
    kind = factories.permit_type("UJI-RUSAK", documents=["KTP"])
    TypeVersion.objects.create(type=kind, number=1, state=VersionState.ACTIVE, definition={"x": 1})
    assert "KTP" in client.get("/layanan/UJI-RUSAK/").content.decode()
