"""When the invented permits were issued and until when they hold, as seen from `today`."""

import calendar
from datetime import date, timedelta
from random import Random
from typing import Final

from permits.demo.records import Term
from permits.status import ENDING_DAYS

LONGEST: Final = 5 * 365  # days since the oldest permit that has no end
OUTCOMES: Final = {"in_force": 830, "ending": 55, "expired": 80, "suspended": 18, "revoked": 17}


def months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def workday(day: date) -> date:
    """The Friday before a weekend: offices issue nothing on Saturdays and Sundays."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def last_day(issued: date, months: int) -> date | None:
    return months_later(issued, months) - timedelta(days=1) if months else None


def term(rng: Random, today: date, months: int) -> Term:
    """Mostly in force; without an end a permit can neither end soon nor have expired."""
    outcome = rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    length = (last_day(today, months) or today + timedelta(days=LONGEST)) - today
    if months and outcome == "expired":
        until = today - timedelta(days=rng.randint(3, 400))
        issued = workday(months_later(until, -months))
        return Term(issued, last_day(issued, months))
    if months and outcome == "ending":
        left = rng.randint(3, ENDING_DAYS - 1)
        issued = workday(months_later(today + timedelta(days=left), -months))
        return Term(issued, last_day(issued, months))
    age = rng.randint(0, max(0, length.days - ENDING_DAYS - 3))
    issued = workday(today - timedelta(days=age))
    made = Term(issued, last_day(issued, months))
    since = today - timedelta(days=rng.randint(0, min(200, (today - issued).days)))
    if outcome == "suspended":
        made.suspended = since
    elif outcome == "revoked":
        made.revoked = since
    return made


def replaced(rng: Random, successor: Term, months: int) -> Term:
    """The term of the permit that `successor` replaced: it began about one term earlier."""
    earlier = months_later(successor.issued, -(months or 36)) + timedelta(days=rng.randint(5, 40))
    issued = workday(earlier)
    return Term(issued, last_day(issued, months))
