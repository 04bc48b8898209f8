"""/api/v1/statistics/: the same permits as /api/v1/permits/, counted."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from companies.models import LegalForm
from maps import publish, tiles
from permits.models import LocationPublic, PermitCommodity, Provenance
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db
WEST, EAST = "99.01.01.0001", "99.01.01.0002"


def figures(client: Client, query: str = "", status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/statistics/?{query}")
    assert answer.status_code == status, answer.content[:500]
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def city() -> None:
    """Two permits in the west, one of them also in the east; one in no place; two no longer valid."""
    factories.village()
    factories.village(EAST, "Kelurahan Timur", west=109.68)
    batik, kopi = factories.commodity(), factories.commodity("kopi")
    both = factories.permit(commodities=[batik, kopi])
    both.sites.create(ordinal=2, point=Point(109.685, -6.889, srid=4326), quality="building")
    perhaps = factories.permit(type=factories.permit_type("UJI-LAIN", name="Izin Lain"))
    PermitCommodity.objects.create(permit=perhaps, commodity=batik, provenance=Provenance.KBLI_BROAD)
    factories.permit(point=None, valid_until=timezone.localdate() + timedelta(days=3))
    factories.permit(revoked_on="2026-01-06")
    factories.permit(valid_until="2026-01-06")


def test_the_figures(client: Client, city: None) -> None:
    answer = client.get("/api/v1/statistics/")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == {
        "day": timezone.localdate().isoformat(),
        "permits": 3,
        "by_status": [{"code": "in_force", "permits": 2}, {"code": "ending", "permits": 1}],
        "by_type": [
            {"code": "UJI-USAHA", "name": "Izin Usaha Uji", "permits": 2},
            {"code": "UJI-LAIN", "name": "Izin Lain", "permits": 1},
        ],
        "by_zone": [
            {"code": WEST, "name": "Kelurahan Uji", "permits": 2},
            {"code": None, "name": None, "permits": 1},
        ],
        "by_commodity": [
            {"slug": "batik", "name": "Batik", "permits": 2, "certain": 1},
            {"slug": "kopi", "name": "Kopi", "permits": 1, "certain": 1},
        ],
    }


QUERIES = [
    "", "status=" + ",".join(Status.values), "status=revoked", "commodity=kopi", "commodity=batik,kopi",
    "type=UJI-LAIN", f"zone={EAST}", f"zone={WEST}", "zone=99.01", "source=oss", "company=tidak-ada",
    "q=contoh", "q=zzzzzz", "q=batik", "bbox=109.681,-6.9,109.69,-6.88", "bbox=-180,-90,180,90",
    "near=109.685,-6.889", "near=109.685,-6.889&radius=100", f"zone={EAST}&commodity=kopi&status=in_force",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_it_counts_what_the_list_lists_and_the_parts_add_up(client: Client, city: None, query: str) -> None:
    listed = client.get(f"/api/v1/permits/?{query}").json()
    counted = figures(client, query)
    assert counted["permits"] == listed["numberReturned"]
    for by in ("by_status", "by_type", "by_zone"):
        assert sum(entry["permits"] for entry in counted[by]) == counted["permits"]
    goods = [item["slug"] for feature in listed["features"] for item in feature["properties"]["commodities"]]
    assert {entry["slug"]: entry["permits"] for entry in counted["by_commodity"]} == {
        slug: goods.count(slug) for slug in goods
    }


def test_a_permit_counts_in_the_village_that_was_asked_for(client: Client, city: None) -> None:
    assert figures(client, f"zone={EAST}")["by_zone"] == [
        {"code": EAST, "name": "Kelurahan Timur", "permits": 1}
    ]


def test_no_village_is_told_that_may_not_be_known(client: Client) -> None:
    factories.village()
    factories.permit(type=factories.permit_type("UJI-RAHASIA", location_public=LocationPublic.NONE))
    assert figures(client)["by_zone"] == [{"code": None, "name": None, "permits": 1}]
    assert figures(client, f"zone={WEST}")["permits"] == 0


def test_nobody_is_named(client: Client) -> None:
    factories.village()
    holder = factories.company("Orang Rahasia", legal_form=LegalForm.SOLE_PROPRIETOR, phone="0285-999999")
    permit = factories.permit(holder)
    text = json.dumps(figures(client, f"company={holder.slug}"))
    assert '"permits": 1' in text
    for secret in ("Rahasia", holder.slug, "0285", permit.number, permit.public_id, "109.675"):
        assert secret not in text


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("warna=merah", "warna"),
        ("komoditas=batik", "komoditas"),
        ("limit=5", "limit"),
        ("status=berlaku", "status"),
        ("zone=0", "zone"),
        ("radius=5", "radius"),
    ],
)
def test_a_bad_parameter_is_named(client: Client, query: str, name: str) -> None:
    answer = client.get(f"/api/v1/statistics/?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Cache-Control" not in answer.headers
    (error,) = answer.json()["errors"]
    assert error["name"] == name


def test_few_queries(client: Client, city: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        figures(client)
    with django_assert_max_num_queries(4):
        figures(client, f"zone={EAST}&commodity=kopi&type=UJI-USAHA")


def test_the_document_tells_of_it(client: Client) -> None:
    document = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    told = document["paths"]["/api/v1/statistics/"]["get"]
    permits = document["paths"]["/api/v1/permits/"]["get"]
    names = {parameter["name"] for parameter in told["parameters"]}
    assert names == {parameter["name"] for parameter in permits["parameters"]} - {"limit", "after"}
    assert set(told["responses"]) == {"200", "400"}
    shape = document["components"]["schemas"]["Statistics"]["properties"]
    assert set(shape) == {"day", "permits", "by_status", "by_type", "by_zone", "by_commodity"}


@pytest.mark.usefixtures("city")
def test_figures_are_counted_again_when_a_permit_changes(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    before = figures(client)
    with django_assert_max_num_queries(1):  # the version's
        assert figures(client) == before
    other = figures(client, "status=expired")
    assert other != before
    factories.permit()
    publish.recount(publish.derived())
    tiles.forget()  # the version is read every other second
    assert figures(client)["permits"] == before["permits"] + 1
