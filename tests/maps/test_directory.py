"""Who holds permits here: found by name, goods, village and form; sorted; paged by key."""

import re

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import Company, LegalForm
from maps import known
from maps.pages import directory
from permits.models import PermitCommodity, Provenance
from tests import factories

pytestmark = pytest.mark.django_db


def names(client: Client, query: str = "") -> list[str]:
    """The businesses on the page, in order."""
    page = client.get(f"/perusahaan/{query}")
    assert page.status_code == 200
    return re.findall(r'<h3>\s*<a href="/perusahaan/[\w-]+/">([^<]+)</a>', page.content.decode())


def made(name: str, **fields: object) -> Company:
    holder = factories.company(name, **fields)
    factories.permit(holder)
    return holder


def next_page(client: Client, query: str) -> str:
    page = client.get(f"/perusahaan/{query}").content.decode()
    found = re.search(r'href="(\?[^"]*)" rel="next"', re.sub(r"\s+", " ", page))
    return found[1].replace("&amp;", "&") if found else ""


def every(client: Client, query: str) -> list[str]:
    found = names(client, query)
    while query := next_page(client, query):
        found += names(client, query)
    return found


def test_only_holders_with_a_published_permit_are_listed(client: Client) -> None:
    made("Contoh Satu")
    factories.permit(factories.company("Contoh Dua"), published=False)
    factories.company("Contoh Tiga")
    assert names(client) == ["Contoh Satu"]


def test_typing_errors_are_forgiven_and_the_best_comes_first(client: Client) -> None:
    for name in ("Contoh Batik Melati", "Contoh Batik Mawar", "Contoh Percetakan"):
        made(name)
    assert names(client, "?q=melatii")[0] == "Contoh Batik Melati"
    assert "Contoh Percetakan" not in names(client, "?q=batik")


def test_goods_village_and_form_narrow_the_list(client: Client) -> None:
    west, east = factories.village(), factories.village("99.01.01.0002", "Kelurahan Lain", west=109.68)
    batik, fish = factories.commodity("batik"), factories.commodity("ikan")
    one = factories.company("Contoh Barat")
    factories.permit(one, commodities=[batik])
    other = factories.company(
        "Contoh Timur", point=Point(109.685, -6.889, srid=4326), legal_form=LegalForm.CV
    )
    factories.permit(other, commodities=[fish])
    assert names(client, "?komoditas=batik") == ["Contoh Barat"]
    assert names(client, "?komoditas=batik,ikan") == ["Contoh Barat", "Contoh Timur"]
    assert names(client, f"?kelurahan={east.code}") == ["Contoh Timur"]
    assert names(client, f"?kelurahan={west.code}&komoditas=ikan") == []
    assert names(client, "?bentuk=cv") == ["Contoh Timur"]
    assert names(client, "?q=contoh&bentuk=pt") == ["Contoh Barat"]


def test_sorted_by_distance_without_telling_where_people_are(client: Client) -> None:
    factories.village()
    factories.village("99.01.01.0002", "Kelurahan Lain", west=109.68)
    made("A Jauh", point=Point(109.689, -6.889, srid=4326))
    made("B Dekat", point=Point(109.675, -6.889, srid=4326))
    made("C Tanpa titik", point=None)
    made("D Perorangan", legal_form=LegalForm.SOLE_PROPRIETOR, point=Point(109.6791, -6.8891, srid=4326))
    assert names(client, "?dekat=109.675,-6.889")[:2] == ["B Dekat", "D Perorangan"]
    assert names(client, "?dekat=109.675,-6.889")[-1] == "C Tanpa titik"
    # of the person only the village's middle is measured, 33 m away, and not the 454 m to the house
    page = client.get("/perusahaan/?dekat=109.675,-6.889&bentuk=sole_proprietor").content.decode()
    assert "30 m" in page
    assert "450 m" not in page


@pytest.mark.parametrize("query", ["", "?q=contoh", "?dekat=109.675,-6.889", "?q=contoh&urut=nama"])
def test_pages_hold_every_business_once(client: Client, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setattr(directory, "SIZE", 2)
    for n in range(5):
        made("Contoh Sama" if n % 2 else f"Contoh {n}")
    made("Contoh Tanpa Titik", point=None)
    found = every(client, query)
    assert len(found) == 6
    assert sorted(found) == sorted(Company.objects.values_list("name", flat=True))


def test_a_place_of_another_list_starts_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "SIZE", 1)
    made("Contoh Satu")
    made("Contoh Dua")
    cursor = re.search(r"lanjut=([\w-]+)", next_page(client, ""))
    assert cursor
    for query in ("?lanjut=xx", "?lanjut=%00", f"?dekat=109.6,-6.8&lanjut={cursor[1]}"):
        page = client.get(f"/perusahaan/{query}")
        assert "daftar dimulai dari awal" in page.content.decode()


def test_what_is_unknown_is_explained_and_left_out(client: Client) -> None:
    factories.commodity("batik")
    made("Contoh Satu")
    page = client.get("/perusahaan/?komoditas=batikk&bentuk=xx&kelurahan=1&dekat=a").content.decode()
    assert "batikk" in page
    assert 'href="?komoditas=batik"' in page
    assert "Bentuk usaha itu tidak ada" in page
    assert "Contoh Satu" in page


def test_an_entry_counts_its_permits_by_status(client: Client) -> None:
    batik, fish = factories.commodity("batik"), factories.commodity("ikan")
    holder = factories.company("Contoh Banyak")
    first = factories.permit(holder, commodities=[batik])
    factories.permit(holder, commodities=[batik], revoked_on="2026-02-01")
    factories.permit(holder)
    PermitCommodity.objects.create(permit=first, commodity=fish, provenance=Provenance.KBLI_BROAD)
    page = re.sub(r"\s+", " ", client.get("/perusahaan/").content.decode())
    assert re.search(r'data-status="in_force">.*?Berlaku <small>2</small>', page)
    assert re.search(r'data-status="revoked">.*?Dicabut <small>1</small>', page)
    assert re.search(r"Ikan <small>\(mungkin\)", page)
    assert not re.search(r"Batik <small>\(mungkin\)", page)


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    page = client.get("/perusahaan/?q=zzzz").content.decode()
    assert "Tidak ada usaha yang cocok" in page
    assert 'href="/perusahaan/"' in page


@given(
    st.dictionaries(
        st.sampled_from(["q", "komoditas", "kelurahan", "bentuk", "dekat", "urut", "lanjut"]),
        st.text(max_size=40),
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_the_page(client: Client, query: dict[str, str]) -> None:
    assert client.get("/perusahaan/", query).status_code == 200


def test_a_page_takes_few_queries(client: Client) -> None:
    factories.village()
    batik = factories.commodity("batik")
    for n in range(12):
        factories.permit(factories.company(f"Contoh {n}"), commodities=[batik])
    for query in ("", "?q=contoh", "?q=batik&urut=nama", "?komoditas=batik&dekat=109.6,-6.8&bentuk=pt"):
        known.forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/perusahaan/{query}")
        assert len(queries) <= 12, query
