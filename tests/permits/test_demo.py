"""The demo city: the office's real numbers, the same every time, and gone without a trace."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count

from companies.models import Company, LegalForm, Source
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from geoportal.ids import normalise
from maps.models import Place
from permits.models import (
    Letter,
    LocationKind,
    Permit,
    PermitCommodity,
    PermitSite,
    PermitType,
    Provenance,
    Purpose,
    TypeVersion,
)
from permits.seal import DEMO_LETTERS, demo_seal_id, seal_hash
from permits.status import Status, StatusOf

TODAY = date(2026, 3, 4)


def demo(*arguments: str, seals: Path, **options: object) -> str:
    out = StringIO()
    call_command("demo", *arguments, f"--seals={seals}", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Path]:
    """The real size, written once for all tests that only look at it."""
    seals = tmp_path_factory.mktemp("demo") / "seals.csv"
    with django_db_blocker.unblock():
        demo(f"--today={TODAY}", seals=seals)
        yield seals
        demo("--remove", seals=seals)
        TypeVersion.objects.all().delete()
        PermitType.objects.all().delete()
        call_command("flush", interactive=False, verbosity=0)


# --- What it is made of


@pytest.mark.django_db
def test_totals_are_the_offices_of_2022(city: Path) -> None:
    permits = Permit.objects.all()
    assert permits.count() == 4_204
    assert permits.filter(source=Source.OSS).count() == 1_767
    ours = permits.filter(source=Source.SAKPORE)
    assert dict(ours.values_list("purpose").annotate(Count("pk")).order_by()) == {
        Purpose.NEW: 1_470,
        Purpose.RENEWAL: 954,
        Purpose.CHANGE: 13,
    }
    health = ours.filter(type__sector="Kesehatan").count()
    assert health > ours.count() * 0.7
    food_and_trade = permits.filter(
        source=Source.OSS, commodities__group__regex="Makanan|Minuman|Ikan|Perdagangan|kain"
    )
    assert food_and_trade.distinct().count() > 1_767 / 2


@pytest.mark.django_db
def test_every_row_says_that_it_is_invented(city: Path) -> None:
    assert not Permit.objects.filter(demo=False).exists()
    assert not Company.objects.filter(demo=False).exists()
    assert not Company.objects.exclude(name__contains="Contoh").exists()
    assert not Company.objects.exclude(nib=None).exclude(nib__startswith="9999").exists()
    assert all(c.email in ("", f"{c.slug}@contoh.invalid") for c in Company.objects.all()[:200])
    assert not Place.objects.exclude(demo=True).exists()


@pytest.mark.django_db
def test_points_lie_in_the_village_of_their_address(city: Path) -> None:
    sites = PermitSite.objects.filter(point__isnull=False).select_related("village")
    assert sites.count() > 3_500
    wrong = [s.pk for s in sites if s.village is None or not s.address.endswith(f", {s.village.name}")]
    assert wrong == []


@pytest.mark.django_db
def test_the_map_shows_what_the_register_says(city: Path) -> None:
    call_command("publish", "--check", stdout=StringIO())
    assert Place.objects.permits().count() == 4_204


@pytest.mark.django_db
def test_every_case_that_a_page_must_show_is_there(city: Path) -> None:
    statuses = Counter(Permit.objects.annotate(s=StatusOf()).values_list("s", flat=True))
    # seen from the day of the test, which is later than TODAY: what was ending may have expired
    assert set(statuses) >= set(Status) - {Status.ENDING, Status.IN_FORCE}
    assert set(Place.objects.values_list("quality", flat=True)) == set(Quality)
    assert Place.objects.filter(withheld=True).exists()
    assert Permit.objects.filter(sites=None).exists()
    assert Permit.objects.annotate(n=Count("sites")).filter(n__gt=2).exists()
    assert Permit.objects.annotate(n=Count("commodities")).filter(n__gt=1).exists()
    assert Company.objects.annotate(n=Count("permits")).filter(n__gt=2).exists()
    assert (
        PermitSite.objects.values("point").annotate(n=Count("permit", distinct=True)).filter(n__gt=3).exists()
    )
    assert PermitSite.objects.filter(
        area__isnull=False, permit__type__location_kind=LocationKind.PARCEL
    ).exists()
    persons = Company.objects.filter(legal_form=LegalForm.SOLE_PROPRIETOR)
    assert set(persons.values_list("consent_location", flat=True)) == {True, False}
    assert Company.objects.filter(legal_form=LegalForm.PRACTITIONER).exists()
    assert set(PermitCommodity.objects.values_list("provenance", flat=True)) == set(Provenance)
    assert Permit.objects.exclude(missing_since=None).exists()


@pytest.mark.django_db
def test_what_was_replaced_leads_to_its_successor(city: Path) -> None:
    replaced = Permit.objects.exclude(replaced_by=None).select_related("replaced_by")
    assert replaced.count() > 100
    for old in replaced:
        later = old.replaced_by
        assert later is not None
        assert (later.company_id, later.type_id) == (old.company_id, old.type_id)
        assert later.purpose in (Purpose.RENEWAL, Purpose.CHANGE)
        assert (old.issued_on or TODAY) < (later.issued_on or TODAY) <= TODAY


@pytest.mark.django_db
def test_dates_fit_the_day(city: Path) -> None:
    for permit in Permit.objects.all():
        assert permit.issued_on is not None
        assert permit.issued_on <= TODAY
        assert permit.issued_on.weekday() < 5
        for day in (permit.suspended_on, permit.revoked_on):
            assert day is None or permit.issued_on <= day <= TODAY
    share = Permit.objects.filter(
        registered_only=False, revoked_on=None, replaced_by=None, valid_until__lt=TODAY
    )
    assert 0.02 < share.count() / 4_204 < 0.12


@pytest.mark.django_db
def test_only_places_of_business_and_practice_carry_commodities(city: Path) -> None:
    others = [LocationKind.SIGNBOARD, LocationKind.PARCEL, LocationKind.OFFICE]
    assert not PermitCommodity.objects.filter(permit__type__location_kind__in=others).exists()


@pytest.mark.django_db
def test_batik_is_densest_in_a_few_villages(city: Path) -> None:
    batik = PermitSite.objects.filter(permit__commodities__slug="batik", village__isnull=False)
    by_village = [n for _, n in batik.values_list("village").annotate(n=Count("pk")).order_by("-n")]
    assert sum(by_village[:5]) > sum(by_village) / 2


# --- Letters and accounts


@pytest.mark.django_db
def test_sample_letters_are_of_every_kind(city: Path) -> None:
    rows = list(csv.DictReader(city.read_text().splitlines()))
    assert [row["about"] for row in rows[:DEMO_LETTERS]] == [
        "in force", "signboards", "expired", "replaced", "withdrawn",
    ]  # fmt: skip
    for n, row in enumerate(rows, start=1):
        letter = Letter.objects.get(seal_hash=seal_hash(normalise(row["seal"])))
        assert normalise(row["seal"]) == demo_seal_id(n)
        assert (letter.permit.public_id, letter.permit.number) == (row["public_id"], row["number"])
        assert (letter.withdrawn_on is not None) == (row["about"] == "withdrawn")
    assert city.stat().st_mode & 0o77 == 0


@pytest.mark.django_db
def test_each_role_has_an_account_that_can_sign_in(city: Path) -> None:
    for role in Role:
        user = User.objects.get(username=f"contoh-{role.value.replace('_', '-')}")
        assert user.roles == [role]
        assert user.check_password(f"{user.username}-2026")
        assert user.is_superuser == (role == Role.ADMINISTRATOR)
