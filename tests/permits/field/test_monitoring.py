"""Permits in force that are looked at next, and what was found."""

from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from geoportal.accounts.roles import Role
from permits import monitoring, visits
from permits.models import Application, PermitSite, Visit, VisitReport, VisitState
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests import factories
from tests.permits.field.test_plan import inspector
from tests.permits.field.test_reports import _folders, hand_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def site(**fields: Any) -> PermitSite:
    return factories.permit(**fields).sites.get()


def at(lon: float, lat: float = -6.889) -> Point:
    return Point(lon, lat, srid=4326)


def test_only_what_is_in_force_and_not_on_its_way_is_offered_the_nearest_first() -> None:
    near, far = site(point=at(109.6751)), site(point=at(109.679))
    site(point=at(109.6752), valid_until=date(2026, 2, 1))
    site(point=at(109.6752), registered_only=True)
    site(point=at(109.6752), revoked_on=date(2026, 2, 1))
    busy = site(point=at(109.6752))
    monitoring.order([busy.pk], reason="", by=factories.staff(Role.BACK_OFFICE))
    area = monitoring.Area(near=at(109.675))
    assert list(monitoring.candidates(area)) == [near, far]
    box = Polygon.from_bbox((109.674, -6.89, 109.676, -6.888))
    box.srid = 4326
    assert list(monitoring.candidates(monitoring.Area(box=box))) == [near]
    assert list(monitoring.candidates(monitoring.Area(kind="LAIN"))) == []


def test_a_site_is_ordered_once_and_by_coordinators_only() -> None:
    wanted, clerk = site(), factories.staff(Role.BACK_OFFICE)
    with pytest.raises(Forbidden):
        monitoring.order([wanted.pk], reason="", by=factories.staff(Role.INSPECTOR))
    [visit] = monitoring.order([wanted.pk], reason="Papan lama", by=clerk)
    assert (visit.kind, visit.state, visit.reason) == ("monitoring", VisitState.ORDERED, "Papan lama")
    with pytest.raises(Refused):
        monitoring.order([wanted.pk], reason="", by=clerk)
    visits.cancel(visit, reason="Batal", by=clerk)
    assert monitoring.order([wanted.pk], reason="", by=clerk)


def test_monitoring_looks_at_what_the_version_in_use_names() -> None:
    own, other = site(type=factories.permit_type("UJI-PAPAN")), site(type=factories.permit_type("UJI-LAMA"))
    rule = {"checklist": [{"key": "tiang", "label": "Tiang kokoh"}]}
    factories.version(own.permit.type, inspection=rule)
    monitoring.order([own.pk, other.pk], reason="", by=factories.staff(Role.BACK_OFFICE))
    assert Visit.objects.get(permit=own.permit).checklist == rule["checklist"]
    assert len(Visit.objects.get(permit=other.permit).checklist) == 4


def test_the_page_orders_and_the_layer_shows_what_was_found(client: Client) -> None:
    wanted, person = site(), inspector()
    client.force_login(factories.staff(Role.OFFICIAL))
    page = reverse("monitoring")
    assert 'name="lokasi"' not in client.get(page).content.decode()
    assert f'value="{wanted.pk}"' in client.get(page, {"kotak": "109.6,-7,109.7,-6"}).content.decode()
    answer = client.post(reverse("monitoring-order"), {"lokasi": [wanted.pk, "x"]}, follow=True)
    assert "Diminta: 1 kunjungan" in answer.content.decode()
    assert "Centang" in client.post(reverse("monitoring-order"), follow=True).content.decode()
    visit = Visit.objects.get()
    visits.plan(
        [visit.public_id], day=timezone.localdate(), team=[person.pk], by=factories.staff(Role.OFFICIAL)
    )
    visit.refresh_from_db()
    hand_in(visit, person, verdict="", found="not_found", findings="Papan tidak ada", signature="", photos=[])
    assert [one[2] for one in monitoring.results()] == ["not_found"]
    assert VisitReport.objects.get().conflict == ""
    assert '"coral"' in client.get(page).content.decode()


def test_the_case_page_lists_visits_after_issue(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made, wanted, person = factories.at("issuing"), site(), inspector()
    Application.objects.filter(pk=made.pk).update(permit=wanted.permit)
    clerk = factories.staff(Role.BACK_OFFICE)
    client.force_login(clerk)
    page = reverse("case", args=[made.public_id])
    assert "Kunjungan setelah terbit" not in client.get(page).content.decode()
    [first] = monitoring.order([wanted.pk], reason="Papan lama", by=clerk)
    visits.plan(
        [first.public_id], day=timezone.localdate(), team=[person.pk], by=factories.staff(Role.OFFICIAL)
    )
    first.refresh_from_db()
    report = hand_in(
        first, person, verdict="", found="differs", findings="Lebih besar", signature="", photos=[]
    )
    [second] = monitoring.order([wanted.pk], reason="Diperiksa lagi", by=clerk)
    visits.cancel(second, reason="Hujan", by=clerk)
    other = site()
    monitoring.order([other.pk], reason="Izin lain", by=clerk)
    with django_assert_max_num_queries(12):
        answer = client.get(page).content.decode()
    assert "Kunjungan setelah terbit" in answer
    assert answer.index("Hujan") < answer.index("Papan lama"), "the newest first"
    assert str(report.get_found_display()) in answer
    assert reverse("field-minutes", args=[report.key]) in answer
    assert "Izin lain" not in answer


@pytest.mark.parametrize("query", ["kotak=x", "kotak=1,2,3", "kotak=nan,1,2,3", "dekat=99,999", "jenis=%00"])
def test_an_area_that_is_none_shows_the_page_all_the_same(client: Client, query: str) -> None:
    client.force_login(factories.staff(Role.OFFICIAL))
    assert client.get(f"{reverse('monitoring')}?{query}").status_code == 200
