"""What an inspector takes along: the visits they were sent on, and what is known of each place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q
from django.utils import timezone

from geoportal.accounts.models import User
from geoportal.geography.directions import links
from permits import visits
from permits.access import cases_of
from permits.desks import NEAR
from permits.models import (
    Application,
    Doubt,
    LocationKind,
    PermitSite,
    Visit,
    VisitKind,
    VisitReport,
    VisitState,
)
from permits.points import latlon, outline

AHEAD: Final = timedelta(days=7)
MOST_NEAR: Final = 5  # permits of the place that are shown


@dataclass(frozen=True)
class Case:
    visit: Visit
    holder: str
    kind: str
    number: str
    site: visits.Site
    parcel: bool
    near: list[tuple[str, str, str]] = field(default_factory=list)  # number, type, holder


def cases(user: User) -> list[Case]:
    """Planned until a week from now; what is overdue stays until it is reported."""
    until = timezone.localdate() + AHEAD
    own = Visit.objects.of(user).filter(state=VisitState.PLANNED, day__lte=until)
    rows = list(visits.whole(own.in_order()))
    sites = [visits.site_of(row) for row in rows]
    known = _near(sites)
    return [
        Case(
            row,
            visits.holder_of(row),
            visits.type_of(row).name,
            visits.number_of(row),
            site,
            visits.type_of(row).location_kind == LocationKind.PARCEL,
            _of(site, row, known),
        )
        for row, site in zip(rows, sites, strict=True)
    ]


def _near(sites: Sequence[visits.Site]) -> list[PermitSite]:
    """Sites of permits within 30 m of any of `sites`, in one question."""
    wanted = Q(pk=None)
    for site in sites:
        if site.point:
            wanted |= Q(point__within=site.point.buffer(NEAR))
    return list(PermitSite.objects.filter(wanted).select_related("permit__type", "permit__company")[:200])


def _of(site: visits.Site, visit: Visit, known: Sequence[PermitSite]) -> list[tuple[str, str, str]]:
    if site.point is None:
        return []
    around = site.point.buffer(NEAR)
    found = {
        one.permit.number: (one.permit.number, one.permit.type.name, one.permit.company.name)
        for one in known
        if one.point and one.permit_id != visit.permit_id and around.contains(one.point)
    }
    return list(found.values())[:MOST_NEAR]


def as_json(case: Case) -> dict[str, Any]:
    visit, site = case.visit, case.site
    return {
        "id": visit.public_id,
        "day": visit.day.isoformat() if visit.day else "",
        "turn": visit.turn,
        "monitors": visit.kind == VisitKind.MONITORING,
        "holder": case.holder,
        "type": case.kind,
        "number": case.number,
        "reason": visit.reason,
        "address": ", ".join(part for part in (site.address, site.village) if part),
        "point": latlon(site.point) if site.point else "",
        "outline": outline(site.area) if site.area else "",
        "quality": site.quality,
        "parcel": case.parcel,
        "far": visit.far,
        "checklist": visit.checklist,
        "near": case.near,
        "directions": links(site.point.x, site.point.y, case.holder) if site.point else None,
    }


def ended(user: User) -> list[str]:
    """Visits that were cancelled or reported in the last month: a phone may still hold them."""
    since = timezone.now() - timedelta(days=31)
    rows = Visit.objects.of(user).filter(
        state__in=[VisitState.CANCELLED, VisitState.DONE], ordered_at__gte=since
    )
    return list(rows.values_list("public_id", flat=True))


def newest_reports(user: User) -> list[VisitReport]:
    rows = VisitReport.objects.filter(by=user).select_related("visit__application", "visit__permit__company")
    return list(rows.order_by("-id")[:10])


def doubts(report: VisitReport) -> list[str]:
    return [str(Doubt(one).label) for one in report.doubts]


def of_application(application: Application) -> list[VisitReport]:
    rows = VisitReport.objects.filter(visit__application=application)
    return list(rows.select_related("by", "signature").order_by("-id"))


def later_visits(application: Application) -> list[tuple[Visit, VisitReport | None]]:
    """To the permit that came of it, the newest first, each with the report that counts."""
    if application.permit_id is None:
        return []
    counting = Prefetch("reports", VisitReport.objects.filter(conflict="").select_related("by"), "counting")
    rows = Visit.objects.filter(permit=application.permit_id).prefetch_related(counting).order_by("-id")[:20]
    return [(row, next(iter(row.counting), None)) for row in rows]  # type: ignore[attr-defined]


def may_read(user: User | AnonymousUser, report: VisitReport) -> bool:
    """Whoever wrote it, staff who work on the case, and whoever applied where it counts."""
    if not isinstance(user, User):
        return False
    application = report.visit.application
    if report.by_id == user.pk or (application is None and user.works_here):
        return True
    if application is None:
        return False
    if cases_of(user).filter(pk=application.pk).exists():
        return True
    return not report.conflict and Application.objects.of(user).filter(pk=application.pk).exists()
