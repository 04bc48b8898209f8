"""Making a demo city and taking it away: any size, the same every time, never unasked beside real permits."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from companies.models import Company, ConsentRecord, Source
from geoportal.accounts.models import User
from maps.models import Place
from permits.demo.plan import Kind, chunks_of, read_kinds, share_out
from permits.demo.terms import last_day, months_later, workday
from permits.models import Letter, Permit, PermitCommodity, PermitSite, PermitType
from tests import factories
from tests.permits.test_demo import TODAY, demo


@pytest.fixture
def seals(tmp_path: Path) -> Path:
    return tmp_path / "seals.csv"


# --- Whenever it is made


OF_PERMITS = (
    "number public_id type__code company__slug issued_on valid_until replaced_by__number kbli_code risk "
    "revoked_on suspended_on missing_since"
)
OF_SITES = "permit__number ordinal address point quality label"
OF_COMMODITIES = "permit__number commodity__slug provenance"
OF_COMPANIES = "slug name legal_form nib consent_location point"


def rows() -> list[tuple[object, ...]]:
    return [
        *Permit.objects.order_by("number").values_list(*OF_PERMITS.split()),
        *PermitSite.objects.order_by("permit__number", "ordinal").values_list(*OF_SITES.split()),
        *PermitCommodity.objects.order_by("permit__number", "commodity__slug").values_list(
            *OF_COMMODITIES.split()
        ),
        *Company.objects.order_by("slug").values_list(*OF_COMPANIES.split()),
    ]


@pytest.mark.django_db
def test_same_seed_same_city_another_seed_another(seals: Path) -> None:
    arguments = ("--permits=150", f"--today={TODAY}")
    demo(*arguments, seals=seals)
    first = rows()
    demo("--remove", seals=seals)
    demo(*arguments, seals=seals)
    assert rows() == first
    demo("--remove", seals=seals)
    demo(*arguments, "--seed=2", seals=seals)
    assert rows() != first
    assert Permit.objects.count() == 150


@pytest.mark.django_db
def test_removal_leaves_nothing(seals: Path) -> None:
    demo("--permits=120", seals=seals)
    holder = Company.objects.order_by("pk")[0]
    ConsentRecord.objects.create(company=holder, what="location", given=True, basis="uji")
    assert seals.exists()
    demo("--remove", seals=seals)
    for model in (Permit, PermitSite, PermitCommodity, Letter, Company, ConsentRecord, Place, User):
        assert not model.objects.exists()
    assert not seals.exists()
    assert not PermitType.objects.filter(official=False).exists()
    demo("--remove", seals=seals)


@pytest.mark.django_db
def test_removal_keeps_what_is_real(seals: Path) -> None:
    factories.village()
    real = factories.permit()
    clerk = User.objects.create_user("petugas")
    demo("--permits=50", "--yes", seals=seals)
    demo("--remove", seals=seals)
    assert list(Permit.objects.all()) == [real]
    assert list(Company.objects.all()) == [real.company]
    assert list(User.objects.all()) == [clerk]
    assert Place.objects.get().permit_id == real.pk


@pytest.mark.django_db
def test_real_permits_are_not_mixed_with_invented_ones_unasked(seals: Path) -> None:
    factories.permit()
    with pytest.raises(CommandError, match="--yes"):
        demo("--permits=50", seals=seals)
    assert Permit.objects.count() == 1
    assert not User.objects.exists()
    demo("--permits=50", "--yes", seals=seals)
    head = User.objects.get(username="contoh-head")
    assert not head.check_password("contoh-head-2026"), "a known password beside real permits"


@pytest.mark.django_db
def test_a_second_city_is_refused(seals: Path) -> None:
    demo("--permits=20", seals=seals)
    with pytest.raises(CommandError, match="--remove"):
        demo("--permits=20", seals=seals)
    assert Permit.objects.count() == 20


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0", "-1", "10000001"])
def test_impossible_sizes_are_refused(seals: Path, number: str) -> None:
    with pytest.raises(CommandError):
        demo(f"--permits={number}", seals=seals)


# --- Any size


@pytest.mark.parametrize("total", [1, 7, 100, 4_204, 99_999, 10_000_000])
def test_any_size_is_met_exactly_and_chunks_add_up(total: int) -> None:
    lots, chunks = share_out(read_kinds(), total), chunks_of(total)
    assert sum(lot.count for lot in lots) == total
    some = lots[:: max(1, len(lots) // 5)]
    assert all(sum(lot.in_chunk(n, chunks) for n in range(chunks)) == lot.count for lot in some)


@pytest.mark.django_db
def test_a_city_of_several_chunks_has_no_name_twice(seals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slugs, numbers, NIB and source references are unique across chunks: the database would refuse."""
    monkeypatch.setattr("permits.demo.plan.CHUNK", 100)
    demo("--permits=450", seals=seals)
    assert Permit.objects.count() == 450
    call_command("publish", "--check", stdout=StringIO())


@pytest.mark.parametrize("kind", read_kinds(), ids=lambda kind: kind.type or kind.offers[0])
def test_each_kind_is_whole(kind: Kind) -> None:
    assert bool(kind.title) != bool(kind.forms)
    assert kind.type or (kind.source == Source.OSS and kind.offers)
    assert not kind.at or kind.title
    assert kind.place in ("town", "batik", "sea")
    assert all("{}" in title for title in kind.title)


def test_months_end_where_the_calendar_does() -> None:
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert last_day(date(2026, 1, 5), 12) == date(2027, 1, 4)
    assert last_day(date(2026, 1, 5), 0) is None
    assert workday(date(2026, 3, 1)) == date(2026, 2, 27)
