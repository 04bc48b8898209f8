"""Two sessions at once: whoever commits last, what consent and type withhold is never left public.

Random histories cannot find such an error, since they run one after the other.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, connections, transaction

from companies.consent import set_consent
from companies.models import Company, LegalForm
from geoportal.geography.models import Zone
from maps.models import Place
from permits.models import LocationPublic, Permit, PermitSite, PermitType
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

MOVED = Point(factories.HERE.x + 0.001, factories.HERE.y, srid=4326)


class Race:
    """A sole proprietor who consents, with a permit that has no site yet."""

    def __init__(self) -> None:
        self.village: Zone = factories.village()
        self.holder = factories.company(legal_form=LegalForm.SOLE_PROPRIETOR, consent_location=True)
        self.permit: Permit = factories.permit(self.holder, point=None)

    def write_site(self) -> None:
        PermitSite.objects.create(permit_id=self.permit.pk, point=factories.HERE, quality="surveyed")

    def withdraw_consent(self) -> None:
        holder = Company.objects.get(pk=self.holder.pk)
        set_consent(holder, what="location", given=False, basis="race", by=None)

    def close_type(self) -> None:
        PermitType.objects.filter(pk=self.permit.type_id).update(location_public=LocationPublic.VILLAGE)

    def move_site(self) -> None:
        PermitSite.objects.filter(permit_id=self.permit.pk).update(point=MOVED)

    def publish(self) -> None:
        Permit.objects.filter(pk=self.permit.pk).update(published=True)


@contextmanager
def while_open(other: Callable[[], None]) -> Iterator[None]:
    """The block's writes are uncommitted while another session does `other`, which must wait for them."""
    number: list[int] = []
    begun = threading.Event()

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                number.append(cursor.fetchone()[0])
            begun.set()
            other()
        finally:
            begun.set()
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield
        thread.start()
        begun.wait(30)
        with connection.cursor() as cursor:
            waits = False
            while thread.is_alive() and not waits:
                cursor.execute("SELECT pg_backend_pid() = ANY (pg_blocking_pids(%s))", number)
                waits = cursor.fetchone()[0]
        assert waits, "the second session did not wait for the first"
    thread.join(30)
    assert not thread.is_alive()


def stands_at(race: Race, point: Point) -> bool:
    shown = Place.objects.get(permit_id=race.permit.pk).point
    return shown is not None and shown.transform(4326, clone=True).equals_exact(point, 1e-9)


@pytest.mark.parametrize("closing", [Race.withdraw_consent, Race.close_type])
@pytest.mark.parametrize("writing", [Race.write_site, Race.publish])
@pytest.mark.parametrize("closed_first", [True, False])
def test_what_is_withdrawn_while_it_is_written_is_not_public(
    closing: Callable[[Race], None], writing: Callable[[Race], None], closed_first: bool
) -> None:
    race = Race()
    if writing is Race.publish:
        race.write_site()
        Permit.objects.filter(pk=race.permit.pk).update(published=False)
    first, second = (closing, writing) if closed_first else (writing, closing)
    with while_open(lambda: second(race)):
        first(race)
    shown = Place.objects.get(permit_id=race.permit.pk)
    assert (shown.withheld, shown.quality, shown.village_id) == (True, "village", race.village.pk)
    assert shown.point is not None
    assert shown.point.transform(4326, clone=True).equals_exact(race.village.label_point, 1e-9)


def test_a_place_that_moves_while_its_permit_is_published_is_shown_where_it_is_now() -> None:
    race = Race()
    race.write_site()
    Permit.objects.filter(pk=race.permit.pk).update(published=False)
    with while_open(race.move_site):
        race.publish()
    assert stands_at(race, MOVED)


def test_a_permit_that_is_published_while_its_place_moves_is_shown_where_it_is_now() -> None:
    race = Race()
    race.write_site()
    Permit.objects.filter(pk=race.permit.pk).update(published=False)
    with while_open(race.publish):
        race.move_site()
    assert stands_at(race, MOVED)
