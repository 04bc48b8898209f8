"""When boundaries change, the map follows: all of what changed, and nothing else is written."""

import threading

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection, connections, transaction

from companies.models import Company, LegalForm
from geoportal.geography.models import Zone
from maps.models import Place
from permits.models import Permit, PermitSite
from tests import factories

pytestmark = pytest.mark.django_db


def versions(table: str, key: str) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, ctid::text FROM {table}")
        return dict(cursor.fetchall())


def square(west: float, east: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, -6.894, east, -6.884)), srid=4326)


def test_only_what_changes_its_village_is_written() -> None:
    west = factories.village()
    east = factories.village("99.01.01.0002", west=109.68)
    stays = factories.permit(point=Point(109.671, -6.889, srid=4326))
    moves = factories.permit(point=Point(109.679, -6.889, srid=4326))
    sites, companies = versions("permits_permitsite", "permit_id"), versions("companies_company", "id")
    places = versions("maps_place", "permit_id")
    Zone.objects.filter(pk=east.pk).update(area=square(109.678, 109.69))
    Zone.objects.filter(pk=west.pk).update(area=square(109.67, 109.678))
    assert Place.objects.get(permit_id=moves.pk).village_id == east.pk
    assert Place.objects.get(permit_id=stays.pk).village_id == west.pk
    assert {
        pk for pk, where in versions("permits_permitsite", "permit_id").items() if where != sites[pk]
    } == {moves.pk}
    assert {pk for pk, where in versions("maps_place", "permit_id").items() if where != places[pk]} == {
        moves.pk
    }
    assert versions("companies_company", "id") == companies


def test_moved_label_point_moves_those_who_show_only_their_village() -> None:
    village = factories.village()
    hidden = factories.permit(factories.company(legal_form=LegalForm.SOLE_PROPRIETOR))
    exact = factories.permit()
    before = versions("maps_place", "permit_id")
    Zone.objects.filter(pk=village.pk).update(label_point=Point(109.672, -6.886, srid=4326))
    shown = Place.objects.get(permit_id=hidden.pk).point
    assert shown is not None
    assert shown.transform(4326, clone=True).equals_exact(Point(109.672, -6.886), 1e-9)
    assert versions("maps_place", "permit_id")[exact.pk] == before[exact.pk]


def test_village_that_goes_leaves_its_places_without() -> None:
    village = factories.village()
    permit = factories.permit()
    Zone.objects.filter(pk=village.pk).delete()
    assert Place.objects.get(permit_id=permit.pk).village_id is None
    factories.village()
    assert Place.objects.get(permit_id=permit.pk).village_id == village.pk
    assert Company.objects.get(pk=permit.company_id).village_id == village.pk


def test_other_columns_cost_nothing() -> None:
    factories.village()
    factories.permit()
    before = versions("permits_permitsite", "id")
    Zone.objects.update(credit="Uji", postal_code="12345")
    assert versions("permits_permitsite", "id") == before


@pytest.mark.django_db(transaction=True)
def test_boundaries_wait_for_who_is_writing_a_point() -> None:
    """Without the lock the site would keep the village of the boundaries that it did not see change."""
    village = factories.village()
    permit: Permit = factories.permit(point=None)
    changed = threading.Event()

    def redraw() -> None:
        Zone.objects.filter(pk=village.pk).update(area=square(109.66, 109.67))
        changed.set()
        connections.close_all()

    other = threading.Thread(target=redraw)
    with transaction.atomic():
        PermitSite.objects.create(permit=permit, point=factories.HERE)
        other.start()
        assert not changed.wait(0.5), "the new boundary must wait"
    other.join(10)
    assert changed.is_set()
    assert Place.objects.get(permit_id=permit.pk).village_id is None
