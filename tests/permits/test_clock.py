"""Working days, pauses, promises. Dates of 2026: 17 February is Imlek, 16 February its cuti bersama."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits import clock
from permits.models import ApplicationStatus as S
from permits.models import Event

FRIDAY, MONDAY, HOLIDAY = date(2026, 2, 13), date(2026, 2, 16), date(2026, 2, 17)
WEDNESDAY, THURSDAY = date(2026, 2, 18), date(2026, 2, 19)


def event(move: str, target: S, day: date) -> Event:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
    return Event(move=move, target=target, at=noon)


def accepted(day: date) -> list[Event]:
    return [event("submit", S.SUBMITTED, day), event("accept", S.ACCEPTED, day)]


def test_weekends_holidays_and_cuti_bersama_are_no_working_days() -> None:
    days = [FRIDAY + timedelta(days=n) for n in range(6)]
    assert [clock.is_working_day(day) for day in days] == [True, False, False, False, False, True]


def test_a_promise_counts_working_days_from_the_day_after() -> None:
    assert clock.working_day_after(FRIDAY, 1) == WEDNESDAY
    assert clock.working_day_after(FRIDAY, 2) == THURSDAY
    assert clock.working_day_after(FRIDAY, 0) == FRIDAY


def test_nothing_is_promised_before_the_front_office_accepts() -> None:
    reading = clock.read(5, [event("submit", S.SUBMITTED, FRIDAY)], FRIDAY)
    assert reading.promised_on is None
    assert reading.due_on == WEDNESDAY  # its own day to look
    assert not reading.overdue(WEDNESDAY)
    assert reading.overdue(THURSDAY)


def test_the_promise_starts_with_acceptance() -> None:
    reading = clock.read(2, accepted(FRIDAY), WEDNESDAY)
    assert (reading.accepted_on, reading.promised_on, reading.elapsed) == (FRIDAY, THURSDAY, 1)
    assert reading.due_on == WEDNESDAY


def test_the_clock_stops_while_a_file_is_returned_or_waits_for_payment() -> None:
    monday = date(2026, 3, 2)
    events = [*accepted(monday), event("return_verified", S.RETURNED, monday + timedelta(days=1))]
    reading = clock.read(5, events, monday + timedelta(days=10))
    assert (reading.stopped, reading.elapsed, reading.due_on) == (True, 1, None)
    assert reading.promised_on == clock.working_day_after(monday + timedelta(days=10), 4)
    events.append(event("resubmit", S.SUBMITTED, monday + timedelta(days=3)))
    events.append(event("accept", S.ACCEPTED, monday + timedelta(days=3)))
    reading = clock.read(5, events, monday + timedelta(days=4))
    assert (reading.stopped, reading.elapsed) == (False, 2)
    assert reading.promised_on == date(2026, 3, 11)  # 5 + 2 days of the pause, over one weekend


def test_a_step_is_due_before_the_promise_where_its_share_ends() -> None:
    monday = date(2026, 3, 2)
    events = [*accepted(monday), event("verify", S.PROCESSING, monday)]
    assert clock.read(10, events, monday).due_on == date(2026, 3, 4)
    late = [*accepted(monday), event("verify", S.PROCESSING, date(2026, 3, 30))]
    assert clock.read(5, late, monday).due_on == date(2026, 3, 9)  # never after the promise


def test_soon_is_today_or_the_next_working_day() -> None:
    reading = clock.Reading(5, due_on=WEDNESDAY)
    assert reading.soon(FRIDAY)
    assert reading.soon(WEDNESDAY)
    assert not reading.soon(date(2026, 2, 12))
    assert not reading.soon(THURSDAY)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [([(1, 5), (3, 8)], [(1, 8)]), ([(6, 7), (1, 2)], [(1, 2), (6, 7)]), ([(1, 9), (2, 3)], [(1, 9)])],
)
def test_overlapping_pauses_are_merged(
    pauses: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    def day(n: int) -> date:
        return date(2026, 3, n)

    assert clock.merged((day(a), day(b)) for a, b in pauses) == [(day(a), day(b)) for a, b in expected]


_days = st.dates(date(2026, 1, 1), date(2026, 12, 1))
_pauses = st.lists(st.tuples(_days, st.integers(0, 40)), max_size=6)


@given(_days, st.integers(1, 30), _pauses)
def test_the_promised_day_is_the_first_on_which_the_promise_is_used_up(
    begin: date, n: int, spans: list[tuple[date, int]]
) -> None:
    pauses = clock.merged((day, day + timedelta(days=long)) for day, long in spans)
    promised = clock.working_day_after(begin, n, pauses=pauses)
    assert clock.working_days(begin, promised, pauses=pauses) == n
    assert clock.working_days(begin, promised - timedelta(days=1), pauses=pauses) == n - 1
