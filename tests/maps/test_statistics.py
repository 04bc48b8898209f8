import re

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from maps import thematic
from permits.models import LocationPublic
from tests import factories

pytestmark = pytest.mark.django_db


def test_counts_permits_not_sites_and_only_what_the_map_shows(client: Client) -> None:
    factories.village()
    batik = factories.commodity()
    permit = factories.permit(commodities=[batik])
    permit.sites.create(ordinal=2, point=factories.HERE)
    factories.permit(revoked_on="2026-01-06")
    factories.permit(point=None)
    page = client.get("/statistik/")
    assert page.status_code == 200
    assert page.context["shown"] == 2
    assert [(row["zone"].name, row["n"]) for row in page.context["villages"]] == [("Kelurahan Uji", 1)]
    assert page.context["without_village"] == 1
    assert ("revoked", 1) in [(status, n) for status, _, n in page.context["statuses"]]
    assert [(item.slug, n) for item, n in page.context["commodities"]] == [("batik", 1)]


def test_filters_work_here_too(client: Client) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    factories.permit(commodities=[factories.commodity("kopi")])
    assert client.get("/statistik/?komoditas=kopi").context["shown"] == 1
    page = client.get("/statistik/?komoditas=tidak-ada")
    assert page.status_code == 200
    assert page.context["problems"][0].name == "komoditas"


def test_a_permit_counts_where_any_of_its_sites_is_as_on_the_map(client: Client) -> None:
    factories.village()
    east = factories.village("99.01.01.0002", "Kelurahan Timur", west=109.68)
    permit = factories.permit()
    for ordinal in (2, 3):  # two in the village asked for: still one permit
        permit.sites.create(ordinal=ordinal, point=Point(109.685, -6.889, srid=4326), quality="building")
    query = f"?kelurahan={east.code}"
    page = client.get(f"/statistik/{query}")
    assert page.context["shown"] == client.get(f"/peta/{query}").context["results"].total == 1
    assert {row["zone"].name: row["n"] for row in page.context["villages"]} == {
        "Kelurahan Timur": 1,
        "Kelurahan Uji": 0,
    }
    frame = client.get(f"/statistik/peta/{query}").content.decode()
    assert dict(re.findall(r'"count": "(\d+) [^"]*",[^}]*"name": "([^"]*)"', frame)) == {
        "1": "Kelurahan Timur",
        "0": "Kelurahan Uji",
    }


def test_withheld_permits_are_not_placed_in_a_village(client: Client) -> None:
    factories.village()
    factories.permit(type=factories.permit_type("UJI-RAHASIA", location_public=LocationPublic.NONE))
    page = client.get("/statistik/")
    assert page.context["villages"][0]["n"] == 0


def test_queries(client: Client, django_assert_max_num_queries: object) -> None:
    factories.village()
    factories.permit(commodities=[factories.commodity()])
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/statistik/?komoditas=batik&jenis=UJI-USAHA&kelurahan=99.01.01.0001")


def test_the_frame_is_ours_alone_escaped_and_sandboxed(client: Client) -> None:
    factories.village(name="</script><img src=x onerror=alert(1)>")
    factories.permit()
    answer = client.get("/statistik/peta/")
    text = answer.content.decode()
    assert "onerror=alert(1)>" not in text
    assert text.count("</script>") == len(re.findall(r"<script", text))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "unsafe" not in policy
    assert "frame-ancestors *" in policy
    assert "X-Frame-Options" not in answer.headers
    assert all(url.startswith("/static/") for url in re.findall(r'(?:src|href)="([^"]+)"', text))


@pytest.mark.parametrize(
    ("counts", "classes"),
    [
        ([], []),
        ([0, 0], []),
        ([7], ["1–7"]),
        ([1, 2, 3, 4, 5], ["1", "2", "3", "4", "5"]),
        ([1, 1, 1, 1, 900], ["1", "2–900"]),
    ],
)
def test_classes_cover_every_count_once(counts: list[int], classes: list[str]) -> None:
    made = thematic.steps(counts)
    assert [str(step) for step in made] == classes
    for count in counts:
        assert sum(step.low <= count <= step.high for step in made) == (count > 0)
