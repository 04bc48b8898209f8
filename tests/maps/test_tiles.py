import gzip
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.utils import timezone

from companies.models import LegalForm
from maps import tiles
from maps.models import Place
from permits.models import Permit, PermitCommodity, PermitSite
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(tiles, "VERSION_SECONDS", 0.0)
    yield
    tiles.forget()


def address(z: int, point: Point = factories.HERE) -> tuple[int, int, int]:
    x = (point.x + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(point.y))) / math.pi) / 2 * 2**z
    return z, int(x), int(y)


def read(
    client: Client, z: int, query: str = "", point: Point = factories.HERE
) -> dict[str, list[dict[str, Any]]]:
    z, x, y = address(z, point)
    answer = client.get(f"/tiles/permits/{z}/{x}/{y}.mvt{query}")
    assert answer.status_code == 200
    layers = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in layers.items()}


def total(layers: dict[str, list[dict[str, Any]]]) -> int:
    return sum(feature["properties"]["n"] for features in layers.values() for feature in features)


def test_a_permit_is_a_point_where_it_stands(client: Client) -> None:
    factories.village()
    permit = factories.permit()
    (feature,) = read(client, 16)["place"]
    assert feature["properties"] == {
        "id": permit.public_id,
        "n": 1,
        "same": False,
        "status": "in_force",
        "quality": "building",
        "company": "Contoh Jaya",
        "type": "UJI-USAHA",
    }
    z, x, y = address(16)
    px, py = feature["geometry"]["coordinates"]
    assert (x + px / 4096) / 2**z * 360 - 180 == pytest.approx(factories.HERE.x, abs=1e-5)
    assert math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + py / 4096) / 2**z)))) == pytest.approx(
        factories.HERE.y, abs=1e-5
    )


def test_a_sole_proprietors_place_is_nowhere_in_the_tile(client: Client) -> None:
    village = factories.village()
    factories.permit(factories.company(legal_form=LegalForm.SOLE_PROPRIETOR))
    assert address(20, village.label_point) != address(20)
    assert total(read(client, 20)) == 0
    (feature,) = read(client, 20, point=village.label_point)["place"]
    assert feature["properties"]["quality"] == "village"


def test_what_stands_on_one_spot_is_one_feature_that_never_splits(client: Client) -> None:
    factories.village()
    for _ in range(3):
        factories.permit()
    for z in (14, 20):
        (feature,) = read(client, z)["place"]
        assert (feature["properties"]["n"], feature["properties"]["same"]) == (3, True)


@pytest.mark.parametrize("z", [3, 9, 12])
def test_many_become_clusters_and_the_sum_is_right(client: Client, z: int) -> None:
    factories.village()
    batik = factories.commodity()
    holder, kind = factories.company(), factories.permit_type()
    made = Permit.objects.bulk_create(
        Permit(number=f"UJI/M/{n}", company=holder, type=kind, valid_until="2099-01-01") for n in range(1200)
    )
    PermitSite.objects.bulk_create(
        PermitSite(
            permit=permit,
            point=Point(109.6705 + n % 40 * 0.0002, -6.8935 + n // 40 * 0.0003, srid=4326),
            quality="building",
        )
        for n, permit in enumerate(made)
    )
    PermitCommodity.objects.bulk_create(
        PermitCommodity(permit=permit, commodity=batik) for permit in made[:1100]
    )
    Permit.objects.update(published=True)
    everything = read(client, z)
    assert set(everything) == {"cluster"}
    assert total(everything) == 1200
    assert total(read(client, z, "?commodity=batik")) == 1100
    # the same through the other way: any further filter is grouped on the fly
    assert total(read(client, z, "?source=sakpore")) == 1200
    assert total(read(client, z, "?commodity=batik&type=UJI-USAHA")) == 1100
    # and all follows when things change
    Permit.objects.filter(pk__in=[permit.pk for permit in made[:300]]).update(revoked_on="2026-01-06")
    assert total(read(client, z)) == 900
    assert total(read(client, z, "?commodity=batik")) == 800
    assert total(read(client, z, "?status=revoked")) == 300


@pytest.mark.parametrize("z", [0, 4, 9, 12, 13, 14, 15, 16, 17, 20])
def test_the_pyramid_and_the_pins_draw_the_same_tile(client: Client, z: int) -> None:
    """A filter that lets everything pass is grouped on the fly: the other way to every crowded tile."""
    factories.village()
    holder, kind = factories.company(), factories.permit_type()
    made = Permit.objects.bulk_create(
        Permit(number=f"UJI/S/{n}", company=holder, type=kind) for n in range(1100)
    )
    here = factories.HERE
    points = [here] * 1001  # one crowded spot, then spots of two and of one, near and far
    points += [Point(here.x + n // 2 * 0.0003, here.y, srid=4326) for n in range(1, 60)]
    points += [Point(here.x, here.y + n * 0.0001, srid=4326) for n in range(1, 41)]
    PermitSite.objects.bulk_create(
        PermitSite(permit=permit, point=point, quality="building")
        for permit, point in zip(made, points, strict=True)
    )
    Permit.objects.update(published=True)

    def drawn(query: str) -> dict[str, list[str]]:
        return {name: sorted(map(str, features)) for name, features in read(client, z, query).items()}

    pyramid = drawn("")
    assert pyramid == drawn("?source=sakpore")
    assert sum("'same': True" in feature for feature in pyramid["cluster"]) >= (z > 15)
    Permit.objects.filter(pk__in=[permit.pk for permit in made[:1000:2]]).delete()
    assert drawn("") == drawn("?source=sakpore") != pyramid


def test_an_ended_permit_leaves_without_any_job(client: Client) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    assert total(read(client, 5)) == total(read(client, 16, "?commodity=batik")) == 1
    with connection.cursor() as cursor:  # as if it had been counted yesterday
        yesterday = timezone.localdate() - timedelta(days=1)
        cursor.execute("UPDATE maps_place SET valid_until = %s, counted_until = %s", [yesterday, yesterday])
        cursor.execute("UPDATE maps_tile_state SET folded_on = %s", [yesterday])
    assert total(read(client, 5)) == total(read(client, 16, "?commodity=batik")) == 0
    assert not Place.objects.get().counted


def test_etag_answers_without_sql_until_something_changes(
    client: Client, django_assert_num_queries: Any
) -> None:
    factories.village()
    factories.permit()
    z, x, y = address(14)
    url = f"/tiles/permits/{z}/{x}/{y}.mvt"
    first = client.get(url)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    tiles.VERSION_SECONDS = 60.0
    with django_assert_num_queries(0):
        again = client.get(url, headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    assert (again.status_code, again.content) == (304, b"")
    tiles.VERSION_SECONDS = 0.0
    factories.permit()
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_filtered_tile_is_not_asked_of_the_database_twice(
    client: Client, django_assert_num_queries: Any
) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    z, x, y = address(14)
    url = f"/tiles/permits/{z}/{x}/{y}.mvt?commodity=batik&q=contoh&source=sakpore"
    first = client.get(url)
    tiles.VERSION_SECONDS = 60.0
    with django_assert_num_queries(0):
        assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_withdrawn_consent_leaves_tiles_of_any_status(client: Client) -> None:
    """What is no longer in force is not counted; its point is still a person's."""
    village = factories.village()
    holder = factories.company(legal_form=LegalForm.SOLE_PROPRIETOR, consent_location=True)
    factories.permit(holder, revoked_on="2026-01-06")
    z, x, y = address(20)
    url = f"/tiles/permits/{z}/{x}/{y}.mvt?status=revoked"
    first = client.get(url)
    assert total(read(client, 20, "?status=revoked")) == 1
    type(holder).objects.filter(pk=holder.pk).update(consent_location=False)
    after = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (after.status_code, after.content) == (200, b"")
    assert total(read(client, 20, "?status=revoked", point=village.label_point)) == 1


def test_a_spot_counts_permits_not_sites(client: Client) -> None:
    factories.village()
    permit = factories.permit()
    PermitSite.objects.create(permit=permit, ordinal=2, point=factories.HERE, quality="building")
    for query in ("", "?source=sakpore"):
        (feature,) = read(client, 16, query)["place"]
        assert (feature["properties"]["n"], feature["properties"]["same"]) == (1, False)


@pytest.mark.parametrize("query", ["", "?source=sakpore"])
def test_each_point_is_in_exactly_one_tile_and_never_on_its_far_edge(client: Client, query: str) -> None:
    factories.village()
    z, x, y = address(14)
    edge = x / 2**14 * 360 - 180
    for n in range(-4, 5):  # steps of a quarter of the tile's unit, on both sides of its western edge
        factories.permit(point=Point(edge + n * 360 / 2**14 / 4096 / 4, -6.889, srid=4326))
    found = []
    for column in (x - 1, x):
        content = client.get(f"/tiles/permits/{z}/{column}/{y}.mvt{query}").content
        layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["place"]
        found += [(f["properties"]["n"], *f["geometry"]["coordinates"], column) for f in layer["features"]]
    assert sum(n for n, *_ in found) == 9
    assert all(0 <= px < 4096 and 0 <= py < 4096 for _, px, py, _ in found)


@pytest.mark.parametrize("query", ["", "?source=sakpore"])
@pytest.mark.parametrize("z", [10, 13])
def test_who_is_alone_in_a_crowded_tile_keeps_its_data(client: Client, z: int, query: str) -> None:
    factories.village()
    holder, kind = factories.company(), factories.permit_type()
    alone = factories.permit(holder, point=Point(109.679, -6.885, srid=4326))
    made = Permit.objects.bulk_create(
        Permit(number=f"UJI/A/{n}", company=holder, type=kind) for n in range(1100)
    )
    PermitSite.objects.bulk_create(
        PermitSite(
            permit=permit,
            point=Point(109.6705 + n % 40 * 0.00001, -6.8935 + n // 40 * 0.00001, srid=4326),
            quality="building",
        )
        for n, permit in enumerate(made)
    )
    Permit.objects.update(published=True)
    layers = read(client, z, query)
    assert total(layers) == 1101
    assert [f["properties"]["id"] for f in layers["place"]] == [alone.public_id]
    assert all(f["properties"]["n"] > 1 for f in layers["cluster"])


def test_other_sites_may_read_and_nobody_may_write(client: Client) -> None:
    asked = client.options("/tiles/permits/3/6/4.mvt")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    refused = client.post("/tiles/permits/3/6/4.mvt")
    assert (refused.status_code, refused.headers["Content-Type"]) == (405, "application/problem+json")
    assert client.head("/tiles/permits/3/6/4.mvt").status_code == 200


def test_gzip_when_asked_for(client: Client) -> None:
    factories.village()
    for n in range(30):
        factories.permit(point=Point(109.6705 + n * 0.0003, -6.889, srid=4326))
    z, x, y = address(14)
    plain = client.get(f"/tiles/permits/{z}/{x}/{y}.mvt")
    packed = client.get(f"/tiles/permits/{z}/{x}/{y}.mvt", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/permits/21/0/0.mvt",
        "/tiles/permits/2/4/0.mvt",
        "/tiles/permits/2/0/99999999999.mvt",
        "/tiles/zones/30/0/0.mvt",
        "/tiles/permits/2/0/0.mvt?status=berlaku",
        "/tiles/permits/2/0/0.mvt?warna=merah",
        "/tiles/permits/2/0/0.mvt?bbox=1,2,3",
        "/tiles/permits.json?commodity=tidak-ada",
    ],
)
def test_a_bad_address_is_a_problem_that_says_why(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_zone_tiles_and_tile_json(client: Client) -> None:
    village = factories.village()
    type(village).objects.update(credit="Sumber Uji")
    z, x, y = address(13)
    decoded = mapbox_vector_tile.decode(client.get(f"/tiles/zones/{z}/{x}/{y}.mvt").content)
    for layer in ("zones", "names"):
        assert [f["properties"]["name"] for f in decoded[layer]["features"]] == ["Kelurahan Uji"]
    assert client.get("/tiles/zones/0/0/0.mvt").status_code == 200
    assert client.get(f"/tiles/zones/{z}/{x}/{y}.mvt?warna=merah").status_code == 400
    factories.commodity()
    info = client.get("/tiles/permits.json?commodity=batik").json()
    assert info["tiles"] == ["http://testserver/tiles/permits/{z}/{x}/{y}.mvt?commodity=batik"]
    assert "Sumber Uji" in info["attribution"]
    assert [layer["id"] for layer in info["vector_layers"]] == ["place", "cluster"]
    assert info["bounds"] == pytest.approx([109.67, -6.894, 109.68, -6.884])


def test_sixty_commodities_at_once_count_each_site_once(client: Client) -> None:
    factories.village()
    goods = [factories.commodity(f"barang-{n}") for n in range(60)]
    for n in range(0, 60, 5):
        factories.permit(commodities=goods[n : n + 4], point=Point(109.6705 + n * 0.0001, -6.889, srid=4326))
    factories.permit()
    some = "?commodity=" + ",".join(good.slug for good in goods[:59])
    assert total(read(client, 0, some)) == 12
    every = "?commodity=" + ",".join(good.slug for good in goods)
    assert total(read(client, 0, every)) == total(read(client, 14, every)) == 12
    assert total(read(client, 0, f"{every}&status=in_force,revoked")) == 12


def test_every_filter_over_the_whole_world_is_answered_in_full(client: Client) -> None:
    village = factories.village()
    holder, batik = factories.company(), factories.commodity()
    for n in range(3):
        factories.permit(holder, commodities=[batik], point=Point(109.6705 + n * 0.001, -6.889, srid=4326))
    factories.permit(holder)
    query = (
        "?bbox=-180,-90,180,90&commodity=batik&type=UJI-USAHA&status=in_force,ending,registered,revoked"
        f"&source=sakpore,oss&zone={village.pk}&company={holder.slug}&q=batik&near=109.67,-6.89&radius=50000"
    )
    layers = read(client, 0, query)
    assert total(layers) == 3
    assert total(read(client, 0, "?bbox=-180,-90,180,90&source=sakpore")) == 4
    assert client.get(f"/tiles/permits/0/0/0.mvt{query}&warna=merah").status_code == 400
