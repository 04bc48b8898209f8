"""A day of an inspector: cases that were ordered and planned for today, and a session to open them with.

In: {"make": n}. Out: the visits in the order of their turns, each with its declared point; the inspector's
session as [name, value] of its cookie.
"""

from __future__ import annotations

from typing import Any

from bench.inside import answer, request


def make(n: int) -> dict[str, Any]:
    from django.conf import settings
    from django.utils import timezone

    from bench.inside import cases
    from bench.inside.desks import signed_in
    from permits import orders, visits
    from permits.models import ApplicationStatus
    from permits.workflow import Actor

    staff = cases.people()
    made = cases.make({ApplicationStatus.INSPECTION: n})
    by = staff[Actor.BACK_OFFICE]
    ordered = [orders.order(one, reason="Contoh", checklist=None, by=by) for one in made]
    keys, inspector = [one.public_id for one in ordered], staff[Actor.INSPECTOR]
    visits.plan(keys, day=timezone.localdate(), team=[inspector.pk], by=by)
    planned = []
    for row in visits.of_day(timezone.localdate()):
        point = visits.site_of(row).point
        planned.append({"visit": row.public_id, "at": point.coords if point else None})
    name = settings.SESSION_COOKIE_NAME
    return {"visits": planned, "cookie": [name, signed_in(inspector).cookies[name].value]}


if __name__ == "__main__":
    answer(make(request()["make"]))
