"""Whatever happens to permits, in whatever order: the read model, its pins and its counts equal a recount."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from companies.models import Company, LegalForm, Source
from geoportal.geography.models import Zone
from maps import filters, tiles
from maps.models import Place
from maps.publish import Derived, derived, differences
from permits.models import LocationPublic, Permit, PermitCommodity, PermitSite, PermitType
from permits.status import Status
from tests import factories

pytestmark = pytest.mark.django_db


class City:
    """A small city and what may happen in it; which permit, place or day is up to the dice."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311
        self.today = timezone.localdate()
        self.villages = [factories.village(), factories.village("99.01.01.0002", "Kelurahan Lain", 109.68)]
        self.goods = [factories.commodity(slug) for slug in ("batik", "kopi", "ikan", "roti")]
        self.types = [
            factories.permit_type(f"UJI-{public}", location_public=public) for public in LocationPublic.values
        ]
        forms = (LegalForm.PT, LegalForm.SOLE_PROPRIETOR)
        self.companies = [factories.company(legal_form=forms[n % 2]) for n in range(4)]
        for _ in range(5):
            self.permit()

    def any_permit(self) -> Permit:
        return self.dice.choice(list(Permit.objects.order_by("pk")) or [self.permit()])

    def day(self) -> date:
        return self.today + timedelta(days=self.dice.choice((-400, -1, 0, 1, 20, 400)))

    def point(self) -> Point:
        """Half of them share a few spots; some lie outside of every village."""
        steps = 3 if self.dice.random() < 0.5 else 3000
        x, y = (self.dice.randrange(steps) / steps for _ in "xy")
        return Point(109.669 + x * 0.022, -6.895 + y * 0.012, srid=4326)

    def permit(self) -> Permit:
        dice = self.dice
        return factories.permit(
            dice.choice(self.companies),
            type=dice.choice(self.types),
            point=self.point() if dice.random() < 0.9 else None,
            commodities=dice.sample(self.goods, dice.randrange(4)),
            source=dice.choice(Source.values),
            registered_only=dice.random() < 0.2,
            valid_until=self.today + timedelta(days=400) if dice.random() < 0.8 else None,
            valid_from=None,
            published=dice.random() < 0.9,
        )

    def site(self) -> None:
        ordinal = 10 + self.dice.randrange(30_000)
        PermitSite.objects.create(permit=self.any_permit(), ordinal=ordinal, point=self.point())

    def move(self) -> None:
        PermitSite.objects.filter(permit=self.any_permit()).update(point=self.point(), quality="surveyed")

    def leave(self) -> None:
        PermitSite.objects.filter(permit=self.any_permit()).delete()

    def trade(self) -> None:
        permit = self.any_permit()
        PermitCommodity.objects.filter(permit=permit).delete()
        for good in self.dice.sample(self.goods, self.dice.randrange(4)):
            PermitCommodity.objects.create(permit=permit, commodity=good)

    def dates(self) -> None:
        field = self.dice.choice(("valid_until", "suspended_on", "revoked_on"))
        Permit.objects.filter(pk=self.any_permit().pk).update(
            **{field: self.day() if self.dice.random() < 0.7 else None}
        )

    def replace(self) -> None:
        old, new = self.any_permit(), self.any_permit()
        Permit.objects.filter(pk=old.pk).update(replaced_by=new if old != new else None)

    def hide(self) -> None:
        permit = self.any_permit()
        Permit.objects.filter(pk=permit.pk).update(published=not permit.published)

    def sell(self) -> None:
        Permit.objects.filter(pk=self.any_permit().pk).update(company=self.dice.choice(self.companies))

    def consent(self) -> None:
        company = Company.objects.get(pk=self.dice.choice(self.companies).pk)
        Company.objects.filter(pk=company.pk).update(consent_location=not company.consent_location)

    def policy(self) -> None:
        PermitType.objects.filter(pk=self.dice.choice(self.types).pk).update(
            location_public=self.dice.choice(LocationPublic.values), holder_public=self.dice.random() < 0.8
        )

    def border(self) -> None:
        zone = self.villages[0]
        Zone.objects.filter(pk=zone.pk).update(
            label_point=Point(109.6705 + self.dice.random() * 0.008, -6.889, srid=4326)
        )

    def delete(self) -> None:
        permit = self.any_permit()
        Permit.objects.filter(replaced_by=permit).update(replaced_by=None)
        permit.delete()

    def night(self) -> None:
        """A day passes: what ends today has ended, and nobody wrote it down."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE permits_permit DISABLE TRIGGER maps_update")
            cursor.execute("UPDATE permits_permit SET valid_until = valid_until - 1, valid_from = NULL")
            cursor.execute("ALTER TABLE permits_permit ENABLE TRIGGER maps_update")
            cursor.execute(
                "UPDATE maps_place SET valid_until = valid_until - 1, counted_until = s.until"
                " FROM (SELECT id AS place, counted_until AS until FROM maps_place_source) s WHERE place = id"
            )
            cursor.execute("UPDATE maps_tile_state SET folded_on = folded_on - 1")

    def fold(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT maps_fold_deltas(%s)", [self.dice.choice((1, 3, 20000))])


HAPPENS: list[Callable[[City], object]] = [
    City.permit, City.site, City.move, City.leave, City.trade, City.dates, City.replace, City.hide, City.sell,
    City.consent, City.policy, City.border, City.delete, City.night, City.fold,
]  # fmt: skip


def some_filters(city: City) -> list[filters.Filter]:
    goods, kinds = tuple(city.goods), tuple(city.types)
    west = (109.669, -6.895, 109.676, -6.885)
    return [
        filters.Filter(),
        filters.Filter(commodity=goods[:1]),
        filters.Filter(commodity=goods[1:]),
        filters.Filter(commodity=goods[:2], type=kinds[:2], source=(Source.SAKPORE,)),
        filters.Filter(zone=(city.villages[0],)),
        filters.Filter(bbox=west, commodity=goods),
        *(filters.Filter(status=(status,)) for status in Status),
        filters.Filter(status=(Status.IN_FORCE, Status.EXPIRED), commodity=goods[:3]),
    ]


def answers(chosen: filters.Filter) -> tuple[list[int], list[int]]:
    """The sites by pins and by places. A pin twice would be counted twice."""
    pins = chosen.pins()
    assert pins is not None
    places = chosen.places().exclude(point=None)
    return sorted(pins.values_list("place_id", flat=True)), sorted(places.values_list("id", flat=True))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), history=st.lists(st.sampled_from(HAPPENS), max_size=25))
def test_any_history_ends_in_what_a_recount_says(seed: int, history: list[Callable[[City], object]]) -> None:
    with transaction.atomic():
        city = City(seed)
        for happen in history:
            happen(city)
        assert list(differences()) == []
        assert derived() == Derived(0, 0)
        tiles.forget()
        tiles.version()  # folds what waits and what has ended, as whoever looks does
        assert derived() == Derived(0, 0)
        for chosen in some_filters(city):
            by_pins, by_places = answers(chosen)
            assert by_pins == by_places, chosen
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(n), 0) FROM maps_aggregate WHERE level = 5 AND commodity = 0")
            assert cursor.fetchone()[0] == Place.objects.filter(counted=True).count()
        transaction.set_rollback(True)
    tiles.forget()
