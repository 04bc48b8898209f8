"""/peta/ as the server gives it: complete without script, and never at a loss."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.models import Commodity, LegalForm
from geoportal.geography.quality import Quality
from maps.models import Place
from permits.models import LocationKind, LocationPublic, PermitCommodity, PermitSite, Provenance
from permits.status import Status
from tests import factories as make

pytestmark = pytest.mark.django_db
THERE = Point(109.6790, -6.8860, srid=4326)  # some 550 m from factories.HERE, in the same village


@pytest.fixture
def village() -> Any:
    return make.village()


def get(client: Client, **params: Any) -> str:
    response = client.get(f"/peta/?{urlencode(params, doseq=True)}")
    assert response.status_code == 200
    return response.content.decode()


def names(page: str) -> list[str]:
    """Titles of the list, in order."""
    return re.findall(r'<h3>\s*<a href="/perusahaan/[^"]*">([^<]*)</a>', page)


def chips(page: str) -> list[tuple[str, str]]:
    """Label and address of each filter in effect."""
    part = re.search(r'<ul class="chips active".*?</ul>', page, re.DOTALL)
    if not part:
        return []
    return [
        (re.sub(r"<[^>]*>|\s+", " ", body).replace("hapus", "").strip(), href.replace("&amp;", "&"))
        for href, body in re.findall(r'<a class="chip"\s+href="([^"]*)".*?>(.*?)</a>', part[0], re.DOTALL)
    ]


def test_an_empty_city_says_what_to_do(client: Client) -> None:
    page = get(client)
    assert "Belum ada izin di sini" in page
    assert "/layanan/" in page


def test_an_entry_says_who_what_where_and_whether(client: Client, village: Any) -> None:
    holder = make.company("Contoh Batik Jaya", address="Jalan Uji No. 7")
    batik, tulis = make.commodity("batik", name="Batik"), make.commodity("batik-tulis", name="Batik tulis")
    permit = make.permit(holder, commodities=[batik], quality=Quality.SURVEYED)
    PermitCommodity.objects.create(permit=permit, commodity=tulis, provenance=Provenance.KBLI_BROAD)
    page = get(client)
    assert names(page) == ["Contoh Batik Jaya"]
    for text in (
        f"/perusahaan/{holder.slug}/",
        permit.number,
        "Izin Usaha Uji",
        "Berlaku",
        "sampai 4 Januari 2099",
        "Kelurahan Uji",
        "Hasil cek lokasi",
        f"/validasi/{permit.public_id}/",
        "geo:-6.889000,109.675000",
        "https://www.google.com/maps/dir/?api=1&amp;destination=-6.889000%2C109.675000",
    ):
        assert text in page, text
    assert re.search(r"Batik tulis <small>\(mungkin\)</small>", page)
    assert "1 izin" in page


def test_permits_are_counted_not_sites(client: Client, village: Any) -> None:
    permit = make.permit()
    PermitSite.objects.create(permit=permit, ordinal=2, point=THERE, quality=Quality.BUILDING)
    assert 'data-total="1"' in get(client)
    assert 'data-total="1"' in get(client, kelurahan=village.code)


def test_a_permit_is_found_where_its_second_site_is(client: Client, village: Any) -> None:
    other = make.village("99.01.01.0002", "Kelurahan Sana", west=109.70)
    permit = make.permit()
    PermitSite.objects.create(
        permit=permit, ordinal=2, point=Point(109.705, -6.889, srid=4326), quality=Quality.BUILDING
    )
    page = get(client, kelurahan=other.code)
    assert 'data-total="1"' in page
    assert "Kelurahan Sana" in page.split('class="entries"')[1]


def test_a_permit_without_a_point_is_listed_and_says_so(client: Client, village: Any) -> None:
    make.permit(make.company("Contoh Tanpa Titik"), point=None)
    page = get(client)
    assert names(page) == ["Contoh Tanpa Titik"]
    assert "Belum ada titik" in page
    assert "Petunjuk arah" not in page


def test_a_withheld_place_has_no_directions_but_a_way_to_ask(client: Client, village: Any) -> None:
    holder = make.company("Contoh Perorangan", legal_form=LegalForm.SOLE_PROPRIETOR)
    permit = make.permit(holder)
    for path in ("/peta/", f"/peta/izin/{permit.public_id}/"):
        page = client.get(path).content.decode()
        assert "Alamat persis tidak ditampilkan" in page
        assert f"/perusahaan/{holder.slug}/" in page
        assert "Perkiraan kelurahan" in page
        assert "geo:" not in page
        assert "109.675000,-6.889000" not in page  # only the village's label point is known here


def test_directions_lead_to_the_company_not_to_its_billboard(client: Client, village: Any) -> None:
    sign = make.permit_type("UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    permit = make.permit(make.company("Contoh Reklame"), type=sign, point=THERE)
    for path in ("/peta/", f"/peta/izin/{permit.public_id}/"):
        page = client.get(path).content.decode()
        assert "geo:-6.889000,109.675000" in page
        assert "geo:-6.886000,109.679000" not in page


def test_several_permits_at_one_point_lead_to_one_list(client: Client, village: Any) -> None:
    for name in ("Contoh A", "Contoh B"):
        make.permit(make.company(name))
    make.permit(make.company("Contoh Jauh"), point=THERE)
    page = get(client)
    assert page.count("2 izin di tempat ini") == 2
    at = re.search(r'href="(/peta/\?di=[^"]*)"', page)
    assert at
    assert sorted(names(client.get(at[1]).content.decode())) == ["Contoh A", "Contoh B"]
    around = client.get("/peta/sekitar/?di=109.675000,-6.889000").content.decode()
    assert "2 izin di tempat ini" in around


def test_what_is_hidden_at_a_villages_label_point_is_not_one_place(client: Client, village: Any) -> None:
    for name in ("Contoh A", "Contoh B"):
        make.permit(make.company(name, legal_form=LegalForm.UNKNOWN))
    assert "izin di tempat ini" not in get(client)


def test_around_a_place_lists_the_nearest_first(client: Client, village: Any) -> None:
    make.permit(make.company("Contoh Jauh"), point=THERE)
    make.permit(make.company("Contoh Dekat"))
    page = client.get("/peta/sekitar/?dekat=109.6751,-6.8890&radius=1000").content.decode()
    assert names(page) == ["Contoh Dekat", "Contoh Jauh"]
    assert "2 izin di sekitar sini" in page
    nothing = client.get("/peta/sekitar/?dekat=109.60,-6.80&radius=100").content.decode()
    assert "Tidak ada izin di sekitar sini" in nothing


def test_near_me_sorts_by_distance_and_says_it(client: Client, village: Any) -> None:
    make.permit(make.company("Contoh Tanpa Titik"), point=None)
    make.permit(make.company("Contoh Jauh"), point=THERE)
    make.permit(make.company("Contoh Dekat"))
    page = get(client, dekat="109.675,-6.8881")
    assert names(page) == ["Contoh Dekat", "Contoh Jauh", "Contoh Tanpa Titik"]
    assert "100 m" in page
    assert "Anda berada sekitar" not in page


def test_a_reader_far_away_is_told_how_far_the_city_is(client: Client, village: Any) -> None:
    make.permit()
    assert re.search(r"Anda berada sekitar 3\d\d km dari", get(client, dekat="106.8272,-6.1754"))


def test_filters_narrow_and_each_can_be_taken_away(client: Client, village: Any) -> None:
    batik, fish = make.commodity("batik", name="Batik"), make.commodity("ikan", name="Ikan")
    make.permit(make.company("Contoh Batik"), commodities=[batik])
    make.permit(make.company("Contoh Ikan"), commodities=[fish])
    make.permit(make.company("Contoh Lain"))
    assert sorted(names(get(client, komoditas=["batik", "ikan"]))) == ["Contoh Batik", "Contoh Ikan"]
    page = get(client, komoditas="batik", kelurahan=village.code, status="in_force", q="contoh")
    assert names(page) == ["Contoh Batik"]
    found = dict(chips(page))
    assert set(found) == {"“contoh”", "Batik", "Kelurahan Uji", "Berlaku"}
    without = client.get(found["Batik"]).content.decode()
    assert set(dict(chips(without))) == {"“contoh”", "Kelurahan Uji", "Berlaku"}
    assert len(names(without)) == 3


def test_the_form_shows_what_the_address_asks_for(client: Client, village: Any) -> None:
    make.commodity("batik")
    page = get(
        client, komoditas="batik", kelurahan=village.code, status="expired", q="jaya", dekat="109.6,-6.8"
    )
    assert re.search(r'value="batik"\s+checked', page)
    assert re.search(r'value="expired"\s+checked', page)
    assert re.search(rf'value="{village.code}"\s+selected', page)
    assert re.search(r'name="q"\s+value="jaya"', page)
    assert re.search(r'type="hidden"\s+name="dekat"\s+value="109.600000,-6.800000"', page)


def test_only_what_is_valid_is_shown_unless_asked(client: Client, village: Any) -> None:
    today = timezone.localdate()
    make.permit(make.company("Contoh Berlaku"))
    make.permit(make.company("Contoh Akhir"), valid_until=today + timedelta(days=9))
    make.permit(make.company("Contoh Habis"), valid_until=today - timedelta(days=1))
    make.permit(make.company("Contoh Dicabut"), revoked_on=today)
    make.permit(make.company("Contoh OSS"), registered_only=True, valid_until=None)
    assert sorted(names(get(client))) == ["Contoh Akhir", "Contoh Berlaku", "Contoh OSS"]
    assert names(get(client, status="revoked")) == ["Contoh Dicabut"]
    oss = get(client, status="registered")
    entry = oss.split('class="entries"')[1].split("</ol>")[0]
    assert "Terdaftar di OSS" in entry
    assert "Berlaku" not in entry


def test_where_only_invalid_permits_answer_they_are_offered(client: Client, village: Any) -> None:
    make.permit(make.company("Contoh Habis"), valid_until=timezone.localdate() - timedelta(days=1))
    page = get(client, q="habis")
    assert names(page) == []
    link = re.search(r'href="([^"]*)"[^>]*>Tampilkan 1 izin yang sudah tidak berlaku', page)
    assert link
    assert names(client.get(link[1].replace("&amp;", "&")).content.decode()) == ["Contoh Habis"]


def test_a_replaced_permit_leads_to_the_new_one(client: Client, village: Any) -> None:
    new = make.permit()
    make.permit(replaced_by=new)
    assert f'href="/validasi/{new.public_id}/">lihat izin yang baru' in get(client, status="replaced")


def test_what_surely_sells_it_comes_before_what_only_may(client: Client, village: Any) -> None:
    batik = make.commodity("batik")
    for name, how in (("Contoh A", Provenance.KBLI_BROAD), ("Contoh Z", Provenance.DECLARED)):
        permit = make.permit(make.company(name))
        PermitCommodity.objects.create(permit=permit, commodity=batik, provenance=how)
    assert names(get(client, komoditas="batik")) == ["Contoh Z", "Contoh A"]
    assert names(get(client, q="batik")) == ["Contoh Z", "Contoh A"]
    assert names(get(client, komoditas="batik", urut="nama")) == ["Contoh A", "Contoh Z"]


@pytest.mark.parametrize("order", [{}, {"urut": "nama"}, {"dekat": "109.675,-6.88"}, {"komoditas": "batik"}])
def test_pages_hold_everything_once(client: Client, village: Any, order: dict[str, str]) -> None:
    batik = make.commodity("batik")
    for n in range(45):
        make.permit(
            make.company(f"Contoh {n % 7}"),
            commodities=[batik],
            issued_on=date(2026, 1, 1 + n % 3) if n % 5 else None,
            point=None if n % 11 == 0 else make.HERE,
        )
    seen: list[str] = []
    path = f"/peta/?{urlencode(order)}"
    for _ in range(3):
        page = client.get(path).content.decode()
        seen += re.findall(r"UJI/\d+/2026</span>\s*</p>", page)
        link = re.search(r'href="(/peta/\?[^"]*lanjut=[^"]*)"\s+rel="next"', page)
        path = link[1].replace("&amp;", "&") if link else ""
    assert path == ""
    assert len(seen) == len(set(seen)) == 45


def test_a_cursor_of_another_list_starts_anew_and_says_so(client: Client, village: Any) -> None:
    make.permit(make.company("Contoh Satu"))
    for cursor in ("zzz", "W10", "WyJuYW1hIiwgIlx1ZDgwMCIsIDFd", "WyJ0ZXJiYXJ1IiwgIngiLCAxXQ", "\x00", "💥"):
        page = get(client, lanjut=cursor)
        assert "daftar dimulai dari awal" in page
        assert names(page) == ["Contoh Satu"]


def test_a_near_miss_is_offered(client: Client, village: Any) -> None:
    make.commodity("batik", name="Batik")
    make.permit(make.company("Contoh Satu"))
    page = get(client, komoditas="batikk", status="berlakuu", kelurahan="kelurahan-ujii")
    assert "Tidak ada komoditas “batikk”." in page
    assert 'href="/peta/?komoditas=batik"' in page
    assert 'href="/peta/?status=in_force"' in page
    assert f'href="/peta/?kelurahan={village.code}"' in page
    assert names(page) == ["Contoh Satu"]  # and the bad values narrow nothing


BAD = [
    {"bbox": "1,2,3"},
    {"bbox": "9,9,1,1"},
    {"bbox": "a,b,c,d"},
    {"bbox": "-180,-90,180,90"},
    {"bbox": "170,-10,-170,10"},
    {"dekat": "200,100"},
    {"dekat": "nan,inf"},
    {"radius": "5"},
    {"dekat": "109,-6", "radius": "-1"},
    {"di": "x"},
    {"di": "1e300,1"},
    {"urut": "'; DROP TABLE maps_place; --"},
    {"status": "berlaku"},
    {"sumber": "x"},
    {"jenis": "\x00"},
    {"q": "' OR 1=1 --"},
    {"q": "<script>alert(1)</script>"},
    {"q": "%"},
    {"q": "🐟🐟"},
    {"q": "batik " * 2000},
    {"q": "\x00\x01"},
    {"komoditas": ["x"] * 300},
    {"perusahaan": "../" * 100},
]


@pytest.mark.parametrize("params", BAD, ids=lambda p: quote(str(p))[:40])
@pytest.mark.parametrize("path", ["/peta/", "/peta/daftar/", "/peta/sekitar/"])
def test_bad_input_is_never_an_error(client: Client, village: Any, path: str, params: dict[str, Any]) -> None:
    make.permit(commodities=[make.commodity("batik")])
    response = client.get(f"{path}?{urlencode(params, doseq=True)}")
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_names_are_escaped(client: Client, village: Any) -> None:
    permit = make.permit(make.company('<img src=x onerror="alert(1)">'))
    for path in (
        "/peta/",
        "/peta/daftar/",
        f"/peta/izin/{permit.public_id}/",
        "/peta/sekitar/?di=109.675,-6.889",
    ):
        page = client.get(path).content.decode()
        assert "<img" not in page
        assert "&lt;img" in page


@pytest.mark.parametrize("path", ["/peta/izin/ZZZZZZZZZZZZ/", "/peta/izin/x/", "/peta/izin/%00/"])
def test_an_unknown_card_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_card_says_source_and_risk(client: Client, village: Any) -> None:
    permit = make.permit(registered_only=True, source="oss", risk="high", valid_until=None)
    page = client.get(f"/peta/izin/{permit.public_id}/").content.decode()
    for text in ("Terdaftar di OSS", "OSS", "Risiko", "Tinggi"):
        assert text in page


def test_no_page_asks_more_than_twelve_times(client: Client, village: Any) -> None:
    sign = make.permit_type("UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    batik = make.commodity("batik")
    for n in range(25):
        make.permit(
            make.company(f"Contoh {n}"), type=sign if n % 2 else make.permit_type(), commodities=[batik]
        )
    for path in (
        "/peta/",
        f"/peta/?q=bathik&komoditas=batik,x&jenis=UJI-USAHA&kelurahan={village.code}&dekat=109.6,-6.8",
        "/peta/?q=zzz",
        "/peta/sekitar/?dekat=109.675,-6.889&radius=500",
    ):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path)
        assert len(asked) <= 12, [query["sql"][:90] for query in asked]


def test_pages_may_be_cached_and_fragments_are_not_indexed(client: Client, village: Any) -> None:
    permit = make.permit()
    for path in ("/peta/", "/peta/daftar/", "/peta/sekitar/", f"/peta/izin/{permit.public_id}/"):
        response = client.get(path)
        assert (
            response.headers["Cache-Control"] == "public, max-age=60"
            or "max-age=60" in response.headers["Cache-Control"]
        )
        assert response.headers.get("X-Robots-Tag") == (None if path == "/peta/" else "noindex")


def test_the_type_that_hides_its_holder_shows_no_name(client: Client, village: Any) -> None:
    hidden = make.permit_type("UJI-TUTUP", holder_public=False, location_public=LocationPublic.NONE)
    permit = make.permit(make.company("Contoh Rahasia"), type=hidden)
    for path in ("/peta/", f"/peta/izin/{permit.public_id}/"):
        page = client.get(path).content.decode()
        assert "Contoh Rahasia" not in page
        assert permit.number in page


def test_words_of_every_status_are_on_the_page(client: Client) -> None:
    page = get(client)
    for status in Status:
        assert f'data-status="{status.value}"' in page
    assert Place.objects.count() == 0
    assert Commodity.objects.count() == 0
