from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache


@login_not_required
@require_safe
@public_cache
def open_data(request: HttpRequest) -> HttpResponse:
    """/data/: where programs find what the pages show."""
    rows = [
        (_("Permits (GeoJSON)"), "api-permits"),
        (_("Businesses (GeoJSON)"), "api-companies"),
        (_("Commodities"), "api-commodities"),
        (_("Permit types"), "api-permit-types"),
        (_("Zones (GeoJSON)"), "api-zones"),
        (_("Figures"), "api-statistics"),
        (_("Vector tiles of permits (TileJSON)"), "permit-tiles"),
        (_("Vector tiles of zones (TileJSON)"), "zone-tiles"),
    ]
    links = [(label, request.build_absolute_uri(reverse(name))) for label, name in rows]
    return render(request, "maps/open_data.html", {"links": links})
