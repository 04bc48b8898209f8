"""A WSGI application that writes the permits of a box by djangorestframework-gis: the same answer as
/api/v1/permits/, the plain way, with all that it tells fetched in as few queries as can be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.contrib.gis.db.models.functions import Transform  # noqa: E402
from django.core.handlers.wsgi import WSGIRequest  # noqa: E402
from django.core.serializers.json import DjangoJSONEncoder  # noqa: E402
from django.http import QueryDict  # noqa: E402
from rest_framework.request import Request  # noqa: E402

from companies.models import Commodity  # noqa: E402
from maps import filters  # noqa: E402
from maps.api.serializers import PermitSerializer  # noqa: E402
from maps.models import Place, PublicCompany  # noqa: E402
from permits.models import LocationKind  # noqa: E402


def _places(query: QueryDict) -> list[Place]:
    found = filters.require(query, also=frozenset({"limit"}))
    rows = found.permits().with_status().select_related("type", "village").defer("village__area")
    return list(rows.order_by("permit_id")[:1000])


def _context(request: Request, places: list[Place]) -> dict[str, Any]:
    sites: dict[int, list[Any]] = {}
    rows = Place.objects.filter(permit_id__in=[place.permit_id for place in places]).exclude(point=None)
    placed = rows.order_by("permit_id", "-first_site", "id").annotate(place=Transform("point", 4326))
    for permit, point in placed.values_list("permit_id", "place"):
        sites.setdefault(permit, []).append(point)
    boards = [place for place in places if place.type.location_kind == LocationKind.SIGNBOARD]
    offices = {place.company_id for place in boards if place.company_id}
    return {
        "request": request,
        "sites": sites,
        "commodities": Commodity.objects.in_bulk(),
        "offices": PublicCompany.objects.in_bulk(list(offices)) if offices else {},
        "distances": {},
    }


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    request = WSGIRequest(environ)
    places = _places(request.GET) if request.GET else []
    context = _context(Request(request), places)
    body = json.dumps(PermitSerializer(places, many=True, context=context).data, cls=DjangoJSONEncoder)
    start_response("200 OK", [("Content-Type", "application/geo+json"), ("Content-Length", str(len(body)))])
    return [body.encode()]
