"""Which permit do I need? In plain words, and by a few questions."""

import pytest
from django.core.management import call_command
from django.test import Client

from permits.finding import find
from permits.models import Channel, LocationKind, PermitType, Stage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue() -> None:
    call_command("load_catalogue", examples=True, verbosity=0)


PHRASES = [
    ("buka toko obat", "TOKO-OBAT"),
    ("mau buka apotik", "APOTEK"),
    ("pasang papan nama toko", "REKLAME-TETAP"),
    ("saya mau praktik fisioterapi", "SIP-FISIO"),
    ("dirikan sekolah dasar", "SATDIK-DASAR"),
    ("bikin spanduk", "REKLAME-INSIDENTIL"),
    ("sawah mau dijadikan rumah", "IPPT"),
    ("sewa gudang", "TDG"),
    ("jadi bidan", "SIP-BIDAN"),
    ("jual kacamata", "OPTIK"),
    ("titip anak", "TPA"),
    ("buka kursus menjahit", "LKP"),
    ("buka minimarket", "IUTM"),
    ("sopir angkot", "KP-TRAYEK"),
    ("cara adopsi anak", "ADOPSI"),
    ("donor darah", "UTD"),
    ("galang dana", "PUB"),
    ("membuang limbah batik", "LIMBAH-CAIR"),
    ("tukang pijat", "SIPT"),
    ("bikin kue di rumah", "PIRT"),
    ("dokter buka praktek", "SIP-DOKTER"),
    ("koperasi simpan pinjam", "USP"),
    ("cuci darah", "HEMODIALISIS"),
    ("usaha franchise ayam", "STPW"),
    ("izin hotel", "TDUP"),
    ("open a pharmacy", "APOTEK"),
    ("perawat ruamh sakit", "SIK-PERAWAT"),
]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(("phrase", "code"), PHRASES)
def test_what_people_say_finds_the_type_among_the_first(phrase: str, code: str) -> None:
    found = [kind.code for kind in find(phrase, list(PermitType.objects.all()))]
    assert code in found[:2], found[:6]
    assert len(found) <= 30


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("phrase", ["warung tenda", "tambal ban", "bakso", "???"])
def test_what_no_type_is_about_finds_none(phrase: str) -> None:
    assert find(phrase, list(PermitType.objects.all())) == []


@pytest.mark.usefixtures("catalogue")
def test_the_best_fit_stands_first_on_the_page(client: Client) -> None:
    page = client.get("/layanan/?q=buka toko obat").content.decode()
    assert page.index("Izin Toko Obat") < page.index("Izin Apotek")


@pytest.mark.usefixtures("catalogue")
def test_questions_lead_to_a_type_of_this_office(client: Client) -> None:
    page = client.get("/layanan/bantu/").content.decode()
    assert "Apa yang ingin Anda lakukan?" in page
    page = client.get("/layanan/bantu/?kegiatan=signboard").content.decode()
    assert 'href="/layanan/REKLAME-TETAP/"' in page
    assert "oss.go.id" not in page
    page = client.get("/layanan/bantu/?kegiatan=practice").content.decode()
    assert "SIP-FISIO" in page  # all are for persons and of one sector: nothing more to ask


@pytest.mark.usefixtures("catalogue")
def test_a_business_without_a_type_is_sent_to_oss_with_the_reason(client: Client) -> None:
    page = client.get("/layanan/bantu/?kegiatan=business&untuk=person").content.decode()
    assert "Usaha lain: toko, warung" in page
    assert "oss.go.id" not in page  # asked first
    page = client.get("/layanan/bantu/?kegiatan=business&untuk=person&bidang=lain").content.decode()
    assert 'href="https://oss.go.id"' in page
    assert "nomor induk berusaha (NIB)" in page
    assert "/layanan/OSS-IZIN/" not in page  # a register, not something to apply for


@pytest.mark.usefixtures("catalogue")
def test_a_national_type_is_named_beside_the_way_to_oss(client: Client) -> None:
    page = client.get("/layanan/bantu/?kegiatan=business&untuk=company&bidang=pangan").content.decode()
    assert "Di bidang apa?" in page  # no food permit is for companies: asked again, not an empty page
    page = client.get("/layanan/bantu/?kegiatan=business&untuk=person&bidang=pangan").content.decode()
    assert page.index("NIB") < page.index('href="/layanan/PIRT/"')


@pytest.mark.usefixtures("catalogue")
def test_answers_that_do_not_exist_are_asked_again(client: Client) -> None:
    page = client.get("/layanan/bantu/?kegiatan=<script>&untuk=x").content.decode()
    assert "Apa yang ingin Anda lakukan?" in page
    assert "&lt;script" not in page
    assert "<script>&" not in page


def test_without_any_type_it_says_where_to_ask(client: Client) -> None:
    factories.permit_type("UJI-TUTUP", stage=Stage.RETIRED)
    assert "Tanyakan kepada kantor" in client.get("/layanan/bantu/").content.decode()


@pytest.mark.parametrize(
    ("fields", "version", "shown"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"channel": Channel.COUNTER}, True, False),
        ({"channel": Channel.OSS}, True, False),
        ({"stage": Stage.RETIRED}, True, False),
    ],
)
def test_only_what_can_be_applied_for_here_has_the_button(
    client: Client, fields: dict[str, str], version: bool, shown: bool
) -> None:
    kind = factories.permit_type("UJI-AJUKAN", location_kind=LocationKind.BUSINESS, **fields)
    if version:
        factories.version(kind)
    page = client.get("/layanan/UJI-AJUKAN/").content.decode()
    assert ('href="/permohonan/baru/?jenis=UJI-AJUKAN"' in page) is shown
    assert ("Pengajuan lewat situs ini menyusul" in page) is (not version)


def test_the_button_leads_through_sign_in_to_the_form(client: Client) -> None:
    kind = factories.permit_type("UJI-AJUKAN", name="Izin Ajukan Uji")
    factories.version(kind)
    there = "/permohonan/baru/?jenis=UJI-AJUKAN"
    answer = client.get(there, follow=True)
    assert answer.redirect_chain == [("/masuk/?next=/permohonan/baru/%3Fjenis%3DUJI-AJUKAN", 302)]
    assert "/akun/daftar/?next=" in answer.content.decode()  # whoever makes an account first comes back too
    client.force_login(factories.applicant())
    page = client.get(there).content.decode()
    assert "Izin Ajukan Uji" in page
    assert 'name="jenis" value="UJI-AJUKAN"' in page
    page = client.get("/permohonan/baru/?jenis=TIDAK-ADA").content.decode()
    assert "tidak dapat diajukan di sini" in page
