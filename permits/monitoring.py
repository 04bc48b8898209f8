"""Looking after permits in force: which to visit next, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from permits import orders, visits
from permits.definitions import definition_of
from permits.definitions.parts import PLAIN_VISIT, VisitRule
from permits.models import (
    Found,
    Permit,
    PermitSite,
    TypeVersion,
    VersionState,
    Visit,
    VisitKind,
    VisitReport,
)
from permits.refusals import Refused
from permits.status import VALID, StatusOf
from permits.workflow import Forbidden

MOST: Final = 30  # offered at once, and ordered at once
MOST_SHOWN: Final = 2000  # results on the layer


@dataclass(frozen=True)
class Area:
    """`box`: only within it. `near`: the nearest first."""

    box: Polygon | None = None
    near: Point | None = None
    kind: str = ""  # code of a permit type


def candidates(area: Area) -> QuerySet[PermitSite]:
    """Sites of permits in force that nobody is to visit already."""
    valid = Permit.objects.annotate(now=StatusOf()).filter(
        pk=OuterRef("permit"), now__in=[one.value for one in VALID], registered_only=False, published=True
    )
    open_ = Visit.objects.open().filter(permit=OuterRef("permit"), site_ordinal=OuterRef("ordinal"))
    rows = PermitSite.objects.filter(Exists(valid), ~Exists(open_), point__isnull=False)
    if area.kind:
        rows = rows.filter(permit__type__code=area.kind)
    if area.box is not None:
        rows = rows.filter(point__within=area.box)
    if area.near is not None:
        rows = rows.annotate(away=Distance("point", area.near)).order_by("away", "pk")
    else:
        rows = rows.order_by("permit__valid_until", "pk")
    return rows.select_related("permit__type", "permit__company", "village")


def order(sites: Sequence[int], *, reason: str, by: User) -> list[Visit]:
    """A visit to each of the sites (keys); those that are to be visited already are passed over."""
    if not visits.may_plan(by):
        raise Forbidden(_("Visits are planned by the verifying official or the back office."))
    with transaction.atomic():
        Permit.objects.select_for_update().filter(sites__in=sites[:MOST]).order_by("pk").count()
        rows = list(candidates(Area()).filter(pk__in=sites[:MOST]))
        if not rows:
            raise Refused(_("Tick at least one permit that nobody is to visit already."))
        rules = _rules(rows)
        return [
            Visit.objects.create(
                kind=VisitKind.MONITORING,
                permit=row.permit,
                site_ordinal=row.ordinal,
                reason=reason.strip()[:500],
                checklist=orders.checklist_of(rules.get(row.permit.type_id, PLAIN_VISIT)),
                ordered_by=by,
            )
            for row in rows
        ]


def _rules(rows: Sequence[PermitSite]) -> dict[int, VisitRule]:
    """By type, as its version in use has it; archived types have none."""
    kinds = {row.permit.type_id for row in rows}
    versions = TypeVersion.objects.filter(type__in=kinds, state=VersionState.ACTIVE)
    return {one.type_id: definition_of(one).inspection for one in versions}


def results() -> list[tuple[float, float, str, str]]:
    """Longitude, latitude, what was found and the permit's number: the newest of each site."""
    newest = VisitReport.objects.filter(
        visit__kind=VisitKind.MONITORING, conflict="", found__in=Found.values
    ).select_related("visit__permit")
    found: dict[tuple[int | None, int], tuple[float, float, str, str]] = {}
    for report in newest.order_by("-id")[:MOST_SHOWN]:
        point = report.point or report.declared
        key = (report.visit.permit_id, report.visit.site_ordinal)
        if point is not None and key not in found:
            found[key] = (point.x, point.y, report.found, visits.number_of(report.visit))
    return list(found.values())
