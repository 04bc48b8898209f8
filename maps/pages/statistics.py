"""/statistik/: figures and thematic maps. Counts are of permits, not of sites."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from companies.models import Commodity
from geoportal.caching import public_cache
from geoportal.geography.distance import metres
from geoportal.geography.models import Zone
from maps import filters, thematic
from maps.models import Place, PlaceQuerySet
from maps.remember import remembered
from permits import complaints, survey
from permits.status import Status

TOP = 12


def _permits(request: HttpRequest) -> tuple[PlaceQuerySet, list[filters.Problem]]:
    chosen, problems = filters.read(request.GET, page=True)
    return chosen.permits(), problems


def _by_village(rows: PlaceQuerySet) -> dict[str, int]:
    counted = rows.values("village").annotate(n=Count("pk")).order_by()
    return {row["village"]: row["n"] for row in counted if row["village"]}


def top_commodities(limit: int = TOP) -> list[tuple[Commodity, int]]:
    """The commodities with the most permits on the map (at most TOP); merely likely ones are not counted."""
    return remembered("commodities", QueryDict(), _top_commodities)[:limit]


def _top_commodities() -> list[tuple[Commodity, int]]:
    rows = Commodity.objects.raw(
        """
        SELECT c.*, top.n FROM (
            SELECT one, count(*) AS n FROM maps_place, unnest(commodities) AS each (one)
            WHERE first_site AND NOT one = ANY (commodities_broad)
              AND permits_status(registered_only, revoked_on, suspended_on,
                                 replaced_by IS NOT NULL, valid_until)
                  IN ('in_force', 'ending', 'registered')
            GROUP BY one ORDER BY n DESC, one LIMIT %s
        ) top JOIN companies_commodity c ON c.id = top.one ORDER BY top.n DESC, c.id
        """,
        [TOP],
    )
    return [(row, row.n) for row in rows]  # type: ignore[attr-defined]  # annotated


def _figures(rows: PlaceQuerySet) -> tuple[dict[str, int], dict[str, int], list[Any], list[Any]]:
    """Of `rows` by village and by sector; of all permits by status and by commodity."""
    every = Place.objects.permits().with_status()
    by_status = dict(every.values_list("status").annotate(n=Count("pk")).order_by())  # type: ignore[misc]  # annotated
    sectors = rows.values_list("type__sector").annotate(n=Count("pk")).order_by("-n", "type__sector")
    return _by_village(rows), by_status, list(sectors), top_commodities()


@login_not_required
@require_safe
@public_cache
def statistics(request: HttpRequest) -> HttpResponse:
    rows, problems = _permits(request)
    counts, by_status, sectors, commodities = remembered("page", request.GET, lambda: _figures(rows))
    ikm = remembered("ikm", QueryDict(), lambda: survey.index(timezone.localdate()))
    heard = remembered("complaints", QueryDict(), lambda: complaints.figures(timezone.localdate()))
    zones = Zone.objects.villages().select_related("parent__parent")
    villages = list(zones.defer("area", "parent__area", "parent__parent__area"))
    classes = thematic.steps(counts.values())
    cities = (zone.parent.parent for zone in villages if zone.parent and zone.parent.parent)
    centre = next((city.label_point for city in cities), None)
    table: list[dict[str, Any]] = [
        {
            "zone": zone,
            "n": counts.get(zone.code, 0),
            "colour": thematic.colour_of(counts.get(zone.code, 0), classes),
            "km": metres((zone.label_point.x, zone.label_point.y), (centre.x, centre.y)) / 1000
            if centre
            else None,
        }
        for zone in villages
    ]
    table.sort(key=lambda row: (-row["n"], row["zone"].name))
    return render(
        request,
        "maps/statistics.html",
        {
            "problems": problems,
            "query": request.GET.urlencode(),
            "villages": table,
            "without_village": sum(row[1] for row in sectors) - sum(counts.values()),
            "classes": [thematic.Step(0, 0, thematic.NOTHING), *classes],
            "statuses": [(status, status.label, by_status.get(status.value, 0)) for status in Status],
            "sectors": sectors,
            "commodities": commodities,
            "shown": sum(row[1] for row in sectors),
            "complaints": heard,
            "complaint_days": complaints.DAYS,
            "ikm": ikm,
            "elements": list(zip(survey.ELEMENTS, ikm.elements, strict=True)) if ikm else [],
        },
    )


@login_not_required
@require_safe
@public_cache
def village_map(request: HttpRequest) -> HttpResponse:
    """The choropleth, by the same filters; a document of its own, for our frame and other people's."""
    rows, _problems = _permits(request)
    counts = remembered("villages", request.GET, lambda: _by_village(rows))
    return thematic.choropleth(
        list(Zone.objects.villages()), counts, title=_("Permits by village"), unit=_("permits")
    )
