"""The home page: one search box, the five tasks, live figures."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geoportal.caching import public_cache
from maps.pages.statistics import top_commodities
from maps.remember import remembered

_FIGURES = """
SELECT count(*) FILTER (
           WHERE first_site
             AND permits_status(
                     registered_only, revoked_on, suspended_on, replaced_by IS NOT NULL, valid_until)
                 IN ('in_force', 'ending')) AS permits_in_force,
       count(DISTINCT company_id) AS companies,
       (SELECT count(*) FROM geography_zone WHERE level = 'village') AS villages
FROM maps_place
"""


def figures() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        names = [column[0] for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchone(), strict=True))


@login_not_required
@require_safe
@public_cache
def home(request: HttpRequest) -> HttpResponse:
    often: list[dict[str, Any]] = [
        {
            "name": commodity.name,
            "name_en": commodity.name_en,
            "icon": commodity.icon,
            "colour": commodity.colour,
            "href": f"/peta/?komoditas={commodity.slug}",
        }
        for commodity, _count in top_commodities(6)
    ]
    return render(
        request, "home.html", {"figures": remembered("home", QueryDict(), figures), "commodities": often}
    )
