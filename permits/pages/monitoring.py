"""/petugas/pemantauan/: permits in force to look at next, by an area of the map; what was found so far."""

from math import isfinite

from django.contrib import messages
from django.contrib.gis.geos import Polygon
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from permits import desks, monitoring
from permits.models import Found
from permits.pages.answers import key_of, refusals_told
from permits.pages.visits import box, coordinator
from permits.points import read_latlon

#: Of the layer's discs; the words stand beside them.
COLOURS = {Found.FOUND: "in_force", Found.DIFFERS: "amber", Found.NOT_FOUND: "coral"}


def _box(text: str) -> Polygon | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    edges = (west, south, east, north)
    if not all(map(isfinite, edges)) or not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    found = Polygon.from_bbox(edges)
    found.srid = 4326
    return found


@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    coordinator(request)
    asked = {name: request.GET.get(name, "")[:100].replace("\0", "") for name in ("kotak", "dekat", "jenis")}
    area = monitoring.Area(_box(asked["kotak"]), read_latlon(asked["dekat"]), asked["jenis"])
    chosen = any(asked.values())
    rows = list(monitoring.candidates(area)[: monitoring.MOST]) if chosen else []
    context = {
        "asked": asked,
        "chosen": chosen,
        "rows": rows,
        "kinds": desks.kinds(),
        "box": box(),
        "results": [[*one[:2], COLOURS[Found(one[2])], one[3]] for one in monitoring.results()],
        "legend": [(COLOURS[found], found.label) for found in Found],
        "spots": [[row.point.x, row.point.y, "soft", row.permit.number] for row in rows if row.point],
    }
    return render(request, "permits/monitoring.html", context)


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    user = coordinator(request)
    ticked = [key for text in request.POST.getlist("lokasi")[:200] if (key := key_of(text)) is not None]
    onward = "monitoring"
    with refusals_told(request):
        made = monitoring.order(ticked, reason=request.POST.get("alasan", ""), by=user)
        messages.success(request, _("Ordered: %(n)d visits. Plan them here.") % {"n": len(made)})
        onward = "visits"
    return redirect(onward)
