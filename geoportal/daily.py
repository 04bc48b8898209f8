"""Work that is due once a day. Apps register it; the worker and `manage.py daily` do it.

Every task can be repeated on the same day without harm, so nothing is lost when a worker is restarted.
"""

import logging
from collections.abc import Callable
from datetime import date

from django.utils import timezone

log = logging.getLogger("geoportal.worker")

Task = Callable[[date], int]  # the city's day -> how many it dealt with
_tasks: dict[str, Task] = {}
_outside: set[str] = set()
_done_on: date | None = None


def daily(function: Task) -> Task:
    _tasks[function.__name__] = function
    return function


def daily_outside(function: Task) -> Task:
    """As daily, for work that leaves the database: a transaction that is rolled back does not undo it."""
    _outside.add(function.__name__)
    return daily(function)


def run(on: date, *, dry: bool = False) -> dict[str, int | None]:
    """What each task dealt with; None: it failed, is in the log, and did not stop the others.

    `dry`: within a transaction that the caller rolls back; what cannot be rolled back is left out.
    """
    found: dict[str, int | None] = {}
    for name, task in _tasks.items():
        if dry and name in _outside:
            continue
        try:
            found[name] = task(on)
        except Exception:
            log.exception("daily work %s failed", name)
            found[name] = None
    return found


def run_if_due() -> dict[str, int | None]:
    """At this process' first look at a new day; what failed is tried again at the next look."""
    global _done_on
    today = timezone.localdate()
    if _done_on == today:
        return {}
    found = run(today)
    if None not in found.values():
        _done_on = today
    return found
