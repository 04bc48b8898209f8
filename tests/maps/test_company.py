"""A company's page shows what may be shown, and sends people to the right door."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.consent import set_consent
from companies.models import Company, LegalForm
from maps.pages.company import json_ld
from permits.models import LocationKind, PermitCommodity, Provenance
from tests import factories

pytestmark = pytest.mark.django_db


def shown(client: Client, company: Company) -> str:
    page = client.get(f"/perusahaan/{company.slug}/")
    assert page.status_code == 200
    return page.content.decode()


def data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    result: dict[str, Any] = json.loads(found[1])
    return result


def test_a_company_is_shown_with_permits_goods_place_and_ways(client: Client) -> None:
    factories.village()
    holder = factories.company("Contoh Jaya", website="https://contoh.example")
    permit = factories.permit(holder, commodities=[factories.commodity()])
    gone = factories.permit(holder, revoked_on="2026-02-01")
    page = shown(client, holder)
    assert page.index(permit.number) < page.index(gone.number), "what is in force comes first"
    assert f'href="/validasi/{permit.public_id}/"' in page
    assert 'data-status="revoked"' in page
    assert 'href="/perusahaan/?komoditas=batik"' in page
    for app in ("google.com/maps", "openstreetmap.org", "waze.com", "maps.apple.com", "geo:-6.889"):
        assert app in page
    assert f'href="/peta/?perusahaan={holder.slug}"' in page
    assert f'<link rel="canonical" href="http://testserver/perusahaan/{holder.slug}/">' in page
    assert data(page)["geo"] == {"@type": "GeoCoordinates", "latitude": -6.889, "longitude": 109.675}
    assert data(page)["address"]["streetAddress"] == holder.address


def test_a_sole_proprietor_shows_name_and_village_until_consent_says_more(client: Client) -> None:
    village = factories.village()
    holder = factories.company(
        "Contoh Bu Uji", legal_form=LegalForm.SOLE_PROPRIETOR, phone="0800000001", email="uji@contoh.invalid"
    )
    factories.permit(holder)
    page = shown(client, holder)
    assert village.name in page
    for secret in (holder.address, "google.com/maps", "geo:", "0800000001", "uji@contoh.invalid", "109.675"):
        assert secret not in page, secret
    assert "geo" not in data(page)
    assert "belum menyetujuinya" in page

    set_consent(holder, what="contact", given=True, basis="test", by=None)
    page = shown(client, holder)
    assert 'href="tel:0800000001"' in page
    assert holder.address not in page
    assert "lewat telepon atau e-mail" in page

    set_consent(holder, what="location", given=True, basis="test", by=None)
    page = shown(client, holder)
    assert holder.address in page
    assert "google.com/maps" in page

    set_consent(holder, what="location", given=False, basis="test", by=None)
    set_consent(holder, what="contact", given=False, basis="test", by=None)
    page = shown(client, holder)
    assert holder.address not in page
    assert "0800000001" not in page


def test_the_way_leads_to_the_company_and_not_to_its_billboard(client: Client) -> None:
    factories.village()
    signboard = factories.permit_type("UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    board = factories.HERE.clone()
    board.x = 109.679
    holder = factories.company("Contoh Papan")
    factories.permit(holder, type=signboard, point=board)
    page = shown(client, holder)
    assert "109.675000" in page
    assert "109.679000" not in page
    homeless = factories.company("Contoh Tanpa Kantor", point=None, address="")
    factories.permit(homeless, type=signboard, point=board)
    assert "google.com/maps" not in shown(client, homeless)


def test_without_a_place_of_its_own_the_practice_is_the_place(client: Client) -> None:
    factories.village()
    holder = factories.company("Contoh Praktik", point=None, legal_form=LegalForm.PRACTITIONER)
    factories.permit(holder)
    assert "destination=-6.889000%2C109.675000" in shown(client, holder)


def test_broad_goods_are_only_likely_unless_a_permit_is_sure(client: Client) -> None:
    batik, fish = factories.commodity("batik"), factories.commodity("ikan")
    holder = factories.company()
    first, second = factories.permit(holder), factories.permit(holder, commodities=[batik])
    for goods in (batik, fish):
        PermitCommodity.objects.create(permit=first, commodity=goods, provenance=Provenance.KBLI_BROAD)
    page = re.sub(r"\s+", " ", shown(client, second.company))
    assert re.search(r"Ikan <small>\(mungkin\)", page)
    assert not re.search(r"Batik <small>\(mungkin\)", page)


def test_no_name_ends_the_data_block(client: Client) -> None:
    holder = factories.company('Contoh </script><script>alert("x")</script> & <b>')
    factories.permit(holder)
    page = shown(client, holder)
    assert data(page)["name"] == holder.name
    assert "<script>alert" not in page
    assert "</script><script>" not in json_ld({"a": "</script><!--"})


def test_a_small_map_is_drawn_without_script(client: Client) -> None:
    factories.village()
    holder = factories.company()
    factories.permit(holder)
    page = shown(client, holder)
    assert re.search(r'class="own" d="M[\d. L-]+Z"', page)
    assert re.search(r'<circle class="spot" cx="160\.0" cy="100\.0"', page), "in the middle of the square"
    person = factories.company(legal_form=LegalForm.UNKNOWN)
    factories.permit(person)
    assert 'class="spot"' not in shown(client, person)


def test_unknown_and_unpublished_companies_are_not_found(client: Client) -> None:
    hidden = factories.company("Contoh Diam")
    assert client.get("/perusahaan/tidak-ada/").status_code == 404
    assert client.get(f"/perusahaan/{hidden.slug}/").status_code == 404


def test_a_company_with_many_permits_takes_few_queries(client: Client) -> None:
    factories.village()
    holder = factories.company()
    for _ in range(8):
        factories.permit(holder, commodities=[factories.commodity()])
    with CaptureQueriesContext(connection) as queries:
        shown(client, holder)
    assert len(queries) <= 12
