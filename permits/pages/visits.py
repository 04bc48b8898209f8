"""/petugas/cek-lokasi/: visits to plan, the day in its order on a map, its letter and its calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoportal.accounts.models import User
from geoportal.geography.distance import metres
from permits import agenda, visits
from permits.letters import visits as letters
from permits.models import Visit, VisitState
from permits.pages.answers import key_of, private, refusals_told
from permits.pages.forms import city
from permits.pages.queue import staff_only
from permits.refusals import Refused


def coordinator(request: HttpRequest) -> User:
    return staff_only(request, visits.may_plan)


@dataclass(frozen=True)
class Line:
    visit: Visit
    holder: str
    kind: str
    number: str
    site: visits.Site
    metres: int | None = None  # from the one before


def lines(rows: Sequence[Visit]) -> list[Line]:
    found: list[Line] = []
    before: Line | None = None
    for visit in rows:
        site, way = visits.site_of(visit), None
        if before and before.visit.letter_number == visit.letter_number and before.site.point and site.point:
            a, b = before.site.point, site.point
            way = round(metres((a.x, a.y), (b.x, b.y)))
        kind, number = visits.type_of(visit).name, visits.number_of(visit)
        before = Line(visit, visits.holder_of(visit), kind, number, site, way)
        found.append(before)
    return found


def box() -> str:
    """West, south, east, north of the city, for a map; "" where no zones are loaded."""
    zone = city()
    return ",".join(map(str, zone.area.extent)) if zone and zone.area else ""


def day_of(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("hari", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


@never_cache
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    coordinator(request)
    day = day_of(request)
    planned = lines(visits.of_day(day))
    teams: dict[str, list[Line]] = {}
    for line in planned:
        teams.setdefault(line.visit.letter_number, []).append(line)
    context = {
        "day": day,
        "today": timezone.localdate(),
        "waiting": lines(visits.to_plan()),
        "teams": list(teams.items()),
        "inspectors": visits.inspectors(),
        "box": box(),
        "spots": _spots(planned),
    }
    return render(request, "permits/visits.html", context)


def _spots(rows: Sequence[Line]) -> list[list[Any]]:
    """[lon, lat, turn, holder, state, team] of what has a point, for the map."""
    return [
        [
            row.site.point.x,
            row.site.point.y,
            row.visit.turn,
            row.holder,
            row.visit.state,
            row.visit.letter_number,
        ]
        for row in rows
        if row.site.point
    ]


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    user = coordinator(request)
    day = timezone.localdate()
    with refusals_told(request):
        try:
            wanted = parse_date(request.POST.get("hari", ""))
        except ValueError:
            wanted = None
        if wanted is None:
            raise Refused(_("Choose the day of the visits."))
        day = wanted
        team = [key for text in request.POST.getlist("petugas")[:20] if (key := key_of(text)) is not None]
        ticked = [text[:12] for text in request.POST.getlist("kunjungan")[: visits.MOST_A_DAY]]
        made = visits.plan(ticked, day=day, team=team, by=user)
        messages.success(request, _("Planned: %(n)d visits.") % {"n": len(made)})
    return redirect(f"{reverse('visits')}?hari={day.isoformat()}")


@never_cache
@require_safe
def letter(request: HttpRequest) -> HttpResponse:
    coordinator(request)
    rows = Visit.objects.filter(letter_number=request.GET.get("nomor", "")[:100]).exclude(letter_number="")
    found = list(visits.whole(rows.exclude(state=VisitState.CANCELLED).order_by("turn", "pk")))
    if not found:
        raise Http404
    return private(letters.assignment(found), filename="surat-tugas.pdf")


@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Of a day to the coordinator; without one, to an inspector what is planned for them."""
    user = staff_only(request)
    if "hari" in request.GET and visits.may_plan(user):
        rows = visits.of_day(day_of(request))
    else:
        own = Visit.objects.of(user).filter(state=VisitState.PLANNED, day__gte=timezone.localdate())
        rows = list(visits.whole(own.in_order()))
    body = agenda.ics(rows, now=timezone.now())
    return private(body.encode(), kind="text/calendar; charset=utf-8", filename="cek-lokasi.ics", attach=True)


@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    user = coordinator(request)
    visit = get_object_or_404(Visit, public_id=public_id)
    with refusals_told(request):
        visits.cancel(visit, reason=request.POST.get("alasan", ""), by=user)
        messages.success(request, _("The visit was cancelled."))
    return redirect("visits")
