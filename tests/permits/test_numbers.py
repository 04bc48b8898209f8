from datetime import date

import pytest
from django.db import transaction

from permits import numbers
from permits.models import Issuing, NumberCounter, VoidNumber
from tests import factories
from tests.permits import processes

TEMPLATE = "{seq:04}/{code}/{month_roman}/{year}"
DAY = date(2026, 11, 24)


def take(template: str = TEMPLATE, on: date = DAY, scope: str = "UJI") -> str:
    return numbers.allocate(template, on=on, scope=scope, code="UJI")


def test_numbers_follow_each_other_and_begin_anew_each_year(db: None) -> None:
    assert [take(), take()] == ["0001/UJI/XI/2026", "0002/UJI/XI/2026"]
    assert take(on=date(2026, 12, 1)) == "0003/UJI/XII/2026"
    assert take(on=date(2027, 1, 2)) == "0001/UJI/I/2027"
    assert take(scope="LAIN") != take()
    assert [take("UJI-{seq}", on=DAY, scope="A"), take("UJI-{seq}", on=date(2027, 1, 1), scope="A")] == [
        "UJI-1",
        "UJI-2",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_number_is_taken_in_the_transaction_that_uses_it() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        take()
    with transaction.atomic():
        take()
        transaction.set_rollback(True)
    with transaction.atomic():
        assert take().startswith("0001/")


def test_a_number_that_an_older_permit_carries_is_passed_over_and_written_down(db: None) -> None:
    factories.permit(number="0001/UJI/XI/2026")
    assert take() == "0002/UJI/XI/2026"
    assert VoidNumber.objects.get().number == "0001/UJI/XI/2026"


@pytest.mark.parametrize(
    "template",
    [
        "{seq",
        "{code}/{year}",
        "{seq}/{secret}",
        "{seq.__class__}",
        "{seq!r}",
        "{seq:>9999}",
        "{seq:0x}",
        "{}",
    ],
)
def test_a_bad_template_is_refused_in_words(template: str) -> None:
    with pytest.raises(ValueError, match=r"number template|templat nomor|[Tt]emplat"):
        numbers.check_template(template)


def test_a_void_number_needs_a_reason(db: None) -> None:
    with pytest.raises(ValueError):
        numbers.void("0001/UJI", reason="  ", by=None)
    numbers.void("0001/UJI", reason="Salah jenis", by=None)
    assert VoidNumber.objects.get().reason == "Salah jenis"


def test_gaps_are_found_and_explained(db: None) -> None:
    first, second, third = take(), take(), take()
    Issuing.objects.create(subject="a", kind="permit", number=first, issued_on=DAY)
    assert numbers.unexplained(TEMPLATE, on=DAY, scope="UJI", code="UJI") == [2, 3]
    numbers.void(second, reason="Uji", by=None)
    Issuing.objects.create(subject="c", kind="permit", number=third, issued_on=DAY)
    assert numbers.unexplained(TEMPLATE, on=date(2026, 1, 1), scope="UJI", code="UJI") == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_processes_that_roll_back_leave_no_gap_and_no_duplicate() -> None:
    crowd = [processes.start("take_numbers", str(p), "20", "5") for p in range(6)]
    assert [child.wait(120) for child in crowd] == [0] * 6
    made = sorted(Issuing.objects.values_list("number", flat=True))
    assert made == [f"{n:04}/UJI/XI/2026" for n in range(1, 6 * 16 + 1)]
    assert NumberCounter.objects.get().last == len(made)
    assert numbers.unexplained(TEMPLATE, on=DAY, scope="UJI", code="UJI") == []
