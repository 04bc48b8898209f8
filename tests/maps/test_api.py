"""/api/v1/: shapes, filters, paging, refusals."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import LegalForm
from permits.models import LocationKind, PermitCommodity, Provenance
from tests import factories

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    body: dict[str, Any] = answer.json()
    return body


def test_a_permit_as_a_feature(client: Client) -> None:
    village = factories.village()
    batik, tulis = factories.commodity(), factories.commodity("batik-tulis")
    permit = factories.permit(commodities=[batik])
    PermitCommodity.objects.create(permit=permit, commodity=tulis, provenance=Provenance.KBLI_BROAD)
    answer = client.get("/api/v1/permits/")
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    body = answer.json()
    assert (body["type"], body["numberReturned"]) == ("FeatureCollection", 1)
    (feature,) = body["features"]
    assert feature["geometry"]["type"] == "Point"
    assert feature["geometry"]["coordinates"] == pytest.approx(factories.HERE.coords, abs=1e-6)
    properties = feature["properties"]
    assert feature["id"] == properties["id"] == permit.public_id
    assert properties["commodities"] == [
        {"slug": "batik", "name": "Batik", "certain": True},
        {"slug": "batik-tulis", "name": "Batik-Tulis", "certain": False},
    ]
    assert properties["zone"] == {"code": village.code, "name": village.name}
    assert properties["status"] == "in_force"
    assert properties["validate_url"] == f"http://testserver/validasi/{permit.public_id}/"
    assert set(properties["directions"]) == {"google", "osm", "waze", "apple", "geo"}
    assert "-6.889000%2C109.675000" in properties["directions"]["google"]
    assert get(client, f"/api/v1/permits/{permit.public_id}/")["properties"]["number"] == permit.number


def test_what_is_withheld_is_nowhere_in_the_answer(client: Client) -> None:
    factories.village()
    holder = factories.company(
        legal_form=LegalForm.SOLE_PROPRIETOR, phone="0285-999999", address="Jalan Rahasia 7"
    )
    factories.permit(holder)
    for path in ("/api/v1/permits/", "/api/v1/companies/", f"/api/v1/companies/{holder.slug}/"):
        text = client.get(path).content.decode()
        for secret in ("-6.889]", "-6.88900", "0285-999999", "Rahasia"):
            assert secret not in text
    (feature,) = get(client, "/api/v1/permits/")["features"]
    assert feature["properties"]["directions"] is None
    assert feature["properties"]["location_withheld"] is True


def test_several_sites_are_one_feature_and_directions_lead_to_the_company(client: Client) -> None:
    factories.village()
    kind = factories.permit_type("UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    permit = factories.permit(factories.company(), type=kind)
    permit.sites.create(ordinal=2, point=Point(109.671, -6.887, srid=4326), quality="surveyed")
    (feature,) = get(client, "/api/v1/permits/")["features"]
    assert feature["geometry"]["type"] == "MultiPoint"
    assert "-6.889000%2C109.675000" in feature["properties"]["directions"]["google"]
    # found by its second site too, and once
    assert get(client, "/api/v1/permits/?bbox=109.6705,-6.8875,109.6715,-6.8865")["numberReturned"] == 1


def test_a_permit_without_a_point_has_null_geometry(client: Client) -> None:
    factories.permit(point=None)
    (feature,) = get(client, "/api/v1/permits/")["features"]
    assert feature["geometry"] is None


def test_filters(client: Client) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    factories.permit(commodities=[factories.commodity("kopi")], revoked_on="2026-01-06")

    def count(query: str) -> int:
        n: int = get(client, f"/api/v1/permits/?{query}")["numberReturned"]
        return n

    assert count("") == 1
    assert count("commodity=batik,kopi") == 1
    assert count("commodity=kopi&status=revoked") == 1
    assert count("zone=99.01") == count("zone=99.01.01.0001") == 1
    assert count("type=UJI-USAHA&source=sakpore") == 1
    assert count("q=contoh%20jaya") == 1
    assert count("q=%F0%9F%98%80") == 0
    assert count("bbox=109.67,-6.9,109.68,-6.88") == 1
    assert count("bbox=109.67,-6.9,0,109.68,-6.88,100") == 1
    assert count("bbox=170,-10,110,10") == 1  # across the antimeridian, round to 110
    assert count("bbox=170,-10,-170,10") == 0
    assert count("bbox=-180,-90,180,90") == 1
    assert count("near=109.675,-6.889&radius=50") == 1
    assert count("near=109.68,-6.889&radius=50") == 0


@pytest.mark.parametrize("order", ["", "&near=109.67,-6.889"])
def test_paging_gives_everything_once(client: Client, order: str) -> None:
    factories.village()
    made = {
        factories.permit(point=Point(109.6705 + n % 3 * 0.002, -6.889, srid=4326)).public_id for n in range(7)
    }
    made.add(factories.permit(point=None).public_id)
    seen: list[str] = []
    path = f"/api/v1/permits/?limit=3{order}"
    while path:
        body = get(client, path)
        seen += [feature["id"] for feature in body["features"]]
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == 8
    assert set(seen) == made


def test_near_orders_by_distance_and_tells_it(client: Client) -> None:
    factories.village()
    far = factories.permit(point=Point(109.679, -6.889, srid=4326))
    near = factories.permit(point=Point(109.6712, -6.889, srid=4326))
    features = get(client, "/api/v1/permits/?near=109.671,-6.889")["features"]
    assert [feature["id"] for feature in features] == [near.public_id, far.public_id]
    assert features[0]["properties"]["distance"] == pytest.approx(22.1, abs=0.2)


def test_a_cursor_of_another_query_is_refused(client: Client) -> None:
    for _ in range(3):
        factories.permit()
    links = get(client, "/api/v1/permits/?limit=2")["links"]
    cursor = next(link["href"] for link in links if link["rel"] == "next").split("after=")[1]
    body = get(client, f"/api/v1/permits/?limit=2&source=sakpore&after={cursor}", 400)
    assert body["errors"][0]["name"] == "after"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,5,3,2", "bbox"),
        ("bbox=-181,0,0,0", "bbox"),
        ("bbox=nan,0,0,0", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("status=berlaku", "status"),
        ("source=lain", "source"),
        ("commodity=tidak-ada", "commodity"),
        ("type=TIDAK", "type"),
        ("zone=1%00", "zone"),
        ("near=1", "near"),
        ("near=1,2&radius=-5", "radius"),
        ("radius=5", "radius"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=%C2%B2", "limit"),
        ("after=xyz", "after"),
        ("warna=merah", "warna"),
        (f"q={'x' * 10_000}", "q"),
    ],
)
def test_a_bad_parameter_is_named(client: Client, query: str, name: str) -> None:
    answer = client.get(f"/api/v1/permits/?{query}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["errors"][0]["name"] == name


@pytest.mark.parametrize("path", ["/api/v1/permits/TIDAKADA/", "/api/v1/companies/tidak-ada/"])
def test_what_does_not_exist_is_a_problem(client: Client, path: str) -> None:
    assert get(client, path, 404)["title"].startswith("No such")


def test_short_lists_come_whole(client: Client) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity(synonyms=["kain"])])
    assert get(client, "/api/v1/zones/")["numberReturned"] == 3
    commodities = client.get("/api/v1/commodities/").json()
    assert commodities[0]["synonyms"] == ["kain"]
    assert client.get("/api/v1/permit-types/").json()[0]["code"] == "UJI-USAHA"
    (company,) = get(client, "/api/v1/companies/?commodity=batik")["features"]
    assert company["properties"]["permits"] == 1
    assert get(client, "/api/v1/companies/?q=contoh%20jya")["numberReturned"] == 1
    (line, *_rest) = get(client, "/api/v1/search/?q=bat")["suggestions"]
    assert (line["kind"], line["parts"]) == ("commodity", [["Bat", True], ["ik", False]])


def test_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    factories.village()
    for _ in range(5):
        factories.permit(commodities=[factories.commodity()])
    for path in ("permits/?commodity=batik&zone=99.01&near=109.67,-6.88&q=contoh", "companies/?q=contoh"):
        with django_assert_max_num_queries(12):
            client.get(f"/api/v1/{path}")


NAMES = [
    "q",
    "bbox",
    "near",
    "radius",
    "commodity",
    "zone",
    "status",
    "limit",
    "after",
    "type",
    "company",
    "x",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30), max_size=4))
def test_no_query_is_a_server_error(client: Client, query: dict[str, str]) -> None:
    text = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    for path in ("/api/v1/permits/", "/api/v1/companies/", "/api/v1/search/", "/tiles/permits/3/6/4.mvt"):
        assert client.get(f"{path}?{text}").status_code in {200, 400}


def test_the_document_says_what_there_is(client: Client) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    assert schema["openapi"].startswith("3.1")
    names = {p["name"] for p in schema["paths"]["/api/v1/permits/"]["get"]["parameters"]}
    assert names == {
        "q", "commodity", "type", "zone", "status", "source", "company", "bbox", "near", "radius",
        "limit", "after",
    }  # fmt: skip
    assert client.get("/api/docs/").status_code == 200


def test_an_address_that_is_none_is_told_as_programs_read_it(client: Client) -> None:
    for path in ("/api/v1/companies/n%C3%A4/", "/api/v1/nothing/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/api/v1/permits").headers["Location"] == "/api/v1/permits/"  # a slash too few
