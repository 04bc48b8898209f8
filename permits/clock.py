"""The service clock: working days from acceptance to the promise, stopped while the office waits.

The day on which something happens does not count: accepted on Monday, a promise of one day means Tuesday.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from math import ceil

import holidays
from django.utils import timezone

from permits.models import Application, ApplicationStatus, Event

PROMISE = 5  # working days where the type says nothing
LOOK = 1  # working days that the front office has for a first look, before the promise begins
STOPPED = frozenset({ApplicationStatus.RETURNED, ApplicationStatus.PAYMENT})
#: Which part of the promise each desk may use; ISSUING is the system's own.
SHARES = {
    ApplicationStatus.ACCEPTED: 0.2,
    ApplicationStatus.PROCESSING: 0.2,
    ApplicationStatus.INSPECTION: 0.4,
    ApplicationStatus.DRAFTING: 0.2,
    ApplicationStatus.REVIEW: 0.2,
    ApplicationStatus.SIGNING: 0.2,
    ApplicationStatus.ISSUING: 0.0,
}
_SATURDAY = 5


@cache
def _days_off(year: int) -> frozenset[date]:
    """National holidays and cuti bersama, as the government's decree of each year names them."""
    return frozenset(holidays.country_holidays("ID", categories=("public", "government"), years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _days_off(day.year)


def working_day_after(day: date, n: int = 1, *, pauses: Sequence[tuple[date, date]] = ()) -> date:
    """The day on which `n` working days after `day` are over; `day` itself when n is 0."""
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day) and not _within(day, pauses)
    return day


def working_days(since: date, until: date, *, pauses: Sequence[tuple[date, date]] = ()) -> int:
    """Working days after `since`, up to and with `until`."""
    span = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(is_working_day(day) and not _within(day, pauses) for day in span)


def _within(day: date, pauses: Sequence[tuple[date, date]]) -> bool:
    return any(begin < day <= end for begin, end in pauses)


def merged(pauses: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Overlapping and touching pauses as one, in order."""
    found: list[tuple[date, date]] = []
    for begin, end in sorted(pauses):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


@dataclass(frozen=True)
class Reading:
    """`promised_on` moves on while the clock is stopped; None before the front office has accepted."""

    days: int
    accepted_on: date | None = None
    promised_on: date | None = None
    elapsed: int = 0
    stopped: bool = False
    due_on: date | None = None  # of the step that the application is at; None while nobody here is waited for

    def overdue(self, today: date) -> bool:
        return self.due_on is not None and today > self.due_on

    def soon(self, today: date) -> bool:
        """To be done today or on the next working day."""
        return self.due_on is not None and today <= self.due_on <= working_day_after(today)


def service_days(application: Application) -> int:
    """The promise of the version that it was filed under; without one, what its type says."""
    named = application.version.definition.get("service_days") or application.version.type.service_days
    return int(named or PROMISE)


def read(days: int, events: Sequence[Event], today: date) -> Reading:
    """The clock of an application with these events, the oldest first, as it stands on `today`."""
    if not events:
        return Reading(days)
    newest = events[-1]
    status, entered = ApplicationStatus(newest.target), timezone.localdate(newest.at)
    accepted = next((timezone.localdate(e.at) for e in events if e.move == "accept"), None)
    if accepted is None:
        waits = status == ApplicationStatus.SUBMITTED
        return Reading(days, due_on=working_day_after(entered, LOOK) if waits else None)
    pauses = [
        (timezone.localdate(one.at), timezone.localdate(after.at))
        for one, after in pairwise(events)
        if one.target in STOPPED
    ]
    stopped = status in STOPPED
    if stopped:
        pauses.append((entered, max(today, entered)))
    pauses = merged(pauses)
    promised = working_day_after(accepted, days, pauses=pauses)
    return Reading(
        days=days,
        accepted_on=accepted,
        promised_on=promised,
        elapsed=working_days(accepted, today, pauses=pauses),
        stopped=stopped,
        due_on=_due(status, entered, days, promised),
    )


def _due(status: ApplicationStatus, entered: date, days: int, promised: date) -> date | None:
    if status == ApplicationStatus.SUBMITTED:
        return working_day_after(entered, LOOK)
    if status not in SHARES:
        return None
    return min(promised, working_day_after(entered, ceil(SHARES[status] * days)))
