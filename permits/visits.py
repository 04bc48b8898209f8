"""Visits as the office plans them: who goes where, on which day and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import Point, Polygon
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.geography.quality import Quality
from permits import notices, rounds
from permits.letters import words
from permits.models import (
    ApplicationSite,
    PermitSite,
    PermitType,
    Visit,
    VisitKind,
    VisitQuerySet,
    VisitState,
)
from permits.numbers import allocate
from permits.refusals import Refused
from permits.workflow import Forbidden

COORDINATORS = (Role.OFFICIAL, Role.BACK_OFFICE)
LETTERS = "{seq:04}/ST/{month_roman}/{year}"
MOST_A_DAY = 40


@dataclass(frozen=True)
class Site:
    """Where a visit goes, as it was declared or is on record."""

    address: str = ""
    point: Point | None = None
    area: Polygon | None = None
    quality: str = Quality.UNKNOWN
    village: str = ""


def whole(rows: VisitQuerySet) -> QuerySet[Visit]:
    """With everything that site_of, holder_of and type_of read."""
    return rows.select_related(
        "application__version__type", "application__company", "permit__type", "permit__company"
    ).prefetch_related(
        "inspectors",
        Prefetch("application__sites", ApplicationSite.objects.select_related("village")),
        Prefetch("permit__sites", PermitSite.objects.select_related("village")),
    )


def site_of(visit: Visit) -> Site:
    """Of an application the first where the one that was named is no longer asked for."""
    found: ApplicationSite | PermitSite | None
    if visit.application is not None:
        asked = list(visit.application.sites.all())
        named = [site for site in asked if site.ordinal == visit.site_ordinal]
        found = next(iter([*named, *asked]), None)
    else:
        assert visit.permit is not None  # noqa: S101  # permits_visit_of_one_thing
        sites = {site.ordinal: site for site in visit.permit.sites.all()}
        found = sites.get(visit.site_ordinal)
    if found is None:
        return Site()
    village = found.village.name if found.village else ""
    return Site(found.address, found.point, found.area, found.quality, village)


def type_of(visit: Visit) -> PermitType:
    if visit.application is not None:
        return visit.application.version.type
    assert visit.permit is not None  # noqa: S101  # permits_visit_of_one_thing
    return visit.permit.type


def holder_of(visit: Visit) -> str:
    if visit.application is not None:
        company = visit.application.company
        return company.name if company else visit.application.holder_name
    assert visit.permit is not None  # noqa: S101  # permits_visit_of_one_thing
    return visit.permit.company.name


def number_of(visit: Visit) -> str:
    """Of the application or the permit that the visit is about."""
    return str(visit.application or visit.permit)


def may_plan(user: User) -> bool:
    return any(user.has_role(role) for role in COORDINATORS)


def inspectors() -> QuerySet[User]:
    return User.objects.filter(is_active=True, roles__contains=[Role.INSPECTOR]).order_by(
        "first_name", "last_name", "username"
    )


def plan(visits: Iterable[str], *, day: date, team: Sequence[int], by: User) -> list[Visit]:
    """Sends `team` on `visits` (public ids) on `day`: one assignment letter, the day's order anew.

    Whoever applied is told the day. Raises Refused, and then nothing is changed.
    """
    if not may_plan(by):
        raise Forbidden(_("Visits are planned by the verifying official or the back office."))
    if day < timezone.localdate():
        raise Refused(_("A visit cannot be planned for a day that is over. Choose today or later."))
    people = list(inspectors().filter(pk__in=team))
    wanted = list(dict.fromkeys(visits))
    if not wanted:
        raise Refused(_("Tick at least one visit first."))
    with transaction.atomic():
        rows = list(Visit.objects.select_for_update().filter(public_id__in=wanted).order_by("pk"))
        _check(rows, people)
        others = Visit.objects.filter(state=VisitState.PLANNED, day=day).exclude(pk__in=[r.pk for r in rows])
        if others.count() + len(rows) > MOST_A_DAY:
            raise Refused(_("More than %d visits on one day. Choose another day for some.") % MOST_A_DAY)
        number = allocate(LETTERS, on=timezone.localdate(), scope="assignment")
        days = {row.day for row in rows if row.day} | {day}
        for row in rows:
            changed = row.day != day
            row.state, row.day, row.letter_number, row.planned_by = VisitState.PLANNED, day, number, by
            row.save(update_fields=["state", "day", "letter_number", "planned_by"])
            row.inspectors.set(people)
            if changed:
                _tell(row)
        for one in days:
            arrange(one)
    return rows


def _check(rows: Sequence[Visit], people: Sequence[User]) -> None:
    if not rows:
        raise Refused(_("These visits are not there any more. Load the page again."))
    over = next((row for row in rows if row.state not in (VisitState.ORDERED, VisitState.PLANNED)), None)
    if over is not None:
        raise Refused(_("A visit among these was reported or cancelled meanwhile. Load the page again."))
    needed = max(row.team for row in rows)
    if len(people) < needed:
        raise Refused(
            _("Choose at least %(n)d inspectors: a permit type among these asks for them.") % {"n": needed}
        )


def arrange(day: date) -> None:
    """Numbers each team's planned visits of `day` in a sensible order; those without a point come last."""
    teams: dict[str, list[Visit]] = {}
    rows = whole(Visit.objects.filter(state=VisitState.PLANNED, day=day).order_by("pk"))
    for row in rows:
        teams.setdefault(row.letter_number, []).append(row)
    for members in teams.values():
        placed = [(row, site_of(row).point) for row in members]
        known = [(row, (point.x, point.y)) for row, point in placed if point]
        way = [known[n][0] for n in rounds.order([spot for _row, spot in known])]
        for turn, row in enumerate([*way, *(row for row, point in placed if not point)], 1):
            if row.turn != turn:
                row.turn = turn
                row.save(update_fields=["turn"])


def of_day(day: date) -> list[Visit]:
    """Planned and reported ones, team by team in the order of their turns."""
    rows = Visit.objects.filter(day=day, state__in=[VisitState.PLANNED, VisitState.DONE])
    return list(whole(rows.order_by("letter_number", "turn", "pk")))


def to_plan() -> list[Visit]:
    return list(whole(Visit.objects.filter(state=VisitState.ORDERED).order_by("pk"))[:200])


def cancel(visit: Visit, *, reason: str, by: User) -> None:
    """Of a permit in force; the visit of an application is cancelled by its move. Raises Refused."""
    if not may_plan(by):
        raise Forbidden(_("Visits are planned by the verifying official or the back office."))
    with transaction.atomic():
        row = Visit.objects.select_for_update().get(pk=visit.pk)
        if row.kind != VisitKind.MONITORING or row.state not in (VisitState.ORDERED, VisitState.PLANNED):
            raise Refused(_("This visit cannot be cancelled here. Open its application."))
        row.state, row.end_reason = VisitState.CANCELLED, reason.strip()[:500]
        row.save(update_fields=["state", "end_reason"])
    visit.refresh_from_db()


def _tell(visit: Visit) -> None:
    if visit.application is None or visit.day is None:
        return
    notices.notify(
        visit.application,
        what=gettext_lazy("The day of the site visit is set"),
        now=gettext_lazy(
            "Inspectors come on %(day)s. "
            "Please see to it that somebody can show the place and sign the report."
        ),
        values={"day": words.day_with_name(visit.day)},
        kind="visit.planned",
        key=f"visit.{visit.pk}.day.{visit.day.isoformat()}",
    )
