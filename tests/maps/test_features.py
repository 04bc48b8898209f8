"""Permits as GeoJSON written by SQL are what the serializer says, for every kind of permit."""

import json
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client, RequestFactory
from rest_framework.request import Request

from companies.models import Commodity, LegalForm
from geoportal.geography.distance import metres
from maps import lists
from maps.api.serializers import PermitSerializer
from maps.models import Place, PublicCompany
from permits.models import LocationKind, LocationPublic, PermitCommodity, Provenance
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db

EVERY = "status=" + ",".join(Status.values)


@pytest.fixture(autouse=True)
def _city() -> None:
    """A permit of every kind there is."""
    factories.village()
    batik = factories.commodity("batik", name='Batik "halus" & kain')
    kopi = factories.commodity("kopi")
    sign = factories.permit_type("UJI-REKLAME", location_kind=LocationKind.SIGNBOARD)
    hidden = factories.permit_type("UJI-RAHASIA", holder_public=False, location_public=LocationPublic.NONE)
    village = factories.permit_type("UJI-DESA", location_public=LocationPublic.VILLAGE)
    odd = factories.company("Contoh \"Ümbul\"\\Sari & Rekan, 50% (+) / 'x' 😀")
    both = factories.permit(odd, commodities=[batik])
    PermitCommodity.objects.create(permit=both, commodity=kopi, provenance=Provenance.KBLI_BROAD)
    factories.permit(factories.company(legal_form=LegalForm.SOLE_PROPRIETOR))  # point withheld
    factories.permit(type=hidden, number='No "1" \\ 2')  # holder withheld
    factories.permit(type=village, risk="low")
    factories.permit(point=None)
    factories.permit(registered_only=True, source="oss")
    several = factories.permit(commodities=[kopi])
    several.sites.create(ordinal=2, point=Point(109.6731234567, -6.887, srid=4326), quality="street")
    several.sites.create(ordinal=3, point=None)
    boards = factories.permit(factories.company(), type=sign)
    boards.sites.create(ordinal=2, point=Point(109.671, -6.887, srid=4326), quality="surveyed")
    factories.permit(
        factories.company(legal_form=LegalForm.SOLE_PROPRIETOR), type=sign
    )  # of an office withheld
    factories.permit(factories.company(point=None), type=sign)
    factories.permit(replaced_by=several, valid_until="2027-01-01")
    factories.permit(suspended_on="2026-01-01")
    factories.permit(revoked_on="2026-01-06")
    factories.permit(issued_on="2015-01-01", valid_from="2015-01-01", valid_until="2020-01-01")
    factories.permit(demo=True, point=Point(-0.25, -0.4999999, srid=4326))


def context_of(request: Request, places: list[Place], near: Point | None) -> dict[str, Any]:
    """What PermitSerializer needs for `places`."""
    ids = [place.permit_id for place in places]
    sites: dict[int, list[Point]] = {}
    rows = (
        Place.objects.filter(permit_id__in=ids).exclude(point=None).order_by("permit_id", "-first_site", "id")
    )
    point: Any
    for permit, point in rows.values_list("permit_id", "point"):
        sites.setdefault(permit, []).append(point.transform(4326, clone=True))
    holders = {
        place.company_id
        for place in places
        if place.type.location_kind == LocationKind.SIGNBOARD and place.company_id
    }
    return {
        "request": request,
        "sites": sites,
        "commodities": Commodity.objects.in_bulk({pk for place in places for pk in place.commodities}),
        "offices": PublicCompany.objects.in_bulk(list(holders)) if holders else {},
        "distances": {
            permit: min(metres((near.x, near.y), (point.x, point.y)) for point in points)
            for permit, points in sites.items()
        }
        if near
        else {},
    }


def by_serializer(near: Point | None) -> dict[str, Any]:
    places = list(
        Place.objects.permits().with_status().select_related("type", "village").order_by("permit_id")
    )
    request = Request(RequestFactory().get("/api/v1/permits/"))
    data = PermitSerializer(places, many=True, context=context_of(request, places, near)).data
    return {feature["id"]: json.loads(json.dumps(feature, default=str)) for feature in data["features"]}


def rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [rounded(each) for each in coordinates]
    return pytest.approx(coordinates, abs=6e-8)


@pytest.mark.parametrize("near", [None, Point(109.6, -6.9, srid=4326)])
def test_sql_writes_what_the_serializer_says(client: Client, near: Point | None) -> None:
    query = EVERY + (f"&near={near.x},{near.y}" if near else "")
    answer = client.get(f"/api/v1/permits/?{query}")
    body = json.loads(answer.content)
    wanted = by_serializer(near)
    assert body["numberReturned"] == len(body["features"]) == len(wanted) == 15
    for feature in body["features"]:
        same = wanted[feature["id"]]
        assert list(feature) == list(same)
        assert list(feature["properties"]) == list(same["properties"])
        assert feature["properties"] == same["properties"]
        if same["geometry"]:
            same["geometry"]["coordinates"] = rounded(same["geometry"]["coordinates"])
        assert feature["geometry"] == same["geometry"]


def test_the_box_decides_which_site_tells_the_quality(client: Client) -> None:
    """Of a permit with several sites all are drawn, wherever the box is."""
    body = client.get("/api/v1/permits/?bbox=109.672,-6.8875,109.674,-6.8865").json()
    (feature,) = body["features"]
    assert feature["geometry"]["type"] == "MultiPoint"
    assert feature["properties"]["location_quality"] == "street"


def test_pages_join_to_the_whole(client: Client) -> None:
    whole = client.get(f"/api/v1/permits/?{EVERY}&near=109.6,-6.9").json()["features"]
    pages: list[Any] = []
    path = f"/api/v1/permits/?{EVERY}&near=109.6,-6.9&limit=4"
    while path:
        body = client.get(path).json()
        pages += body["features"]
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
    assert pages == whole


def test_an_empty_page_is_a_collection(client: Client) -> None:
    body = client.get("/api/v1/permits/?bbox=0,0,1,1").json()
    assert (body["type"], body["features"], body["numberReturned"]) == ("FeatureCollection", [], 0)


def test_one_statement_writes_a_page(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        client.get("/api/v1/permits/?bbox=109.6,-7,109.7,-6.8")


@pytest.mark.parametrize("here", ["109.675,-6.889", "109.60,-6.95", "-20,40"])
def test_the_nearest_by_the_index_are_the_nearest_by_a_sort(
    client: Client, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(40):
        factories.permit(point=Point(109.66 + n * 7 % 40 / 1000, -6.9 + n * 11 % 40 / 1000, srid=4326))

    def everything(many: int) -> list[tuple[str, float]]:
        monkeypatch.setattr(lists, "MANY", many)
        found, path = [], f"/api/v1/permits/?{EVERY}&near={here}&limit=9"
        while path:
            body = client.get(path).json()
            found += [(one["id"], one["properties"]["distance"]) for one in body["features"]]
            path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
        return found

    sorted_all = everything(1_000_000)
    assert everything(0) == sorted_all
    assert len(sorted_all) == 55
