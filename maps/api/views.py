"""/api/v1/: permits, companies and the short lists, for programs. No account; any site may read (CORS *)."""

import json
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import Commodity
from geoportal.caching import PUBLIC_SECONDS
from geoportal.geography.distance import metres
from geoportal.geography.models import Zone
from maps import filters, lists, search
from maps.api import features, schema
from maps.api.errors import bad_filter
from maps.api.serializers import (
    CommoditySerializer,
    CompanySerializer,
    PermitSerializer,
    PermitTypeSerializer,
    SuggestionSerializer,
    ZoneSerializer,
)
from maps.models import Place, PublicCompany, goods_of
from maps.suggest import suggest
from permits.models import PermitType

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
GEO_JSON = "application/geo+json"
PAGING = frozenset({"limit", "after"})


class PublicView(APIView):
    """Open to all, read-only, cacheable for a minute; a refused parameter is a 400 that names it."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    cache_seconds = PUBLIC_SECONDS

    def handle_exception(self, exc: Exception) -> Any:
        return bad_filter(exc) if isinstance(exc, filters.BadFilter) else super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        if isinstance(response, Response):
            response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        if response.status_code < 400:
            response.headers.setdefault("Cache-Control", f"public, max-age={self.cache_seconds}")
        return response  # type: ignore[no-any-return]


def limit_of(query: QueryDict) -> int:
    raw = str(query.get("limit", DEFAULT_LIMIT))
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:9]) <= MAX_LIMIT:
        reason = f"a whole number from 1 to {MAX_LIMIT}"
        raise filters.BadFilter([filters.Problem("limit", raw[:80], reason)])
    return int(raw)


def only(query: QueryDict, *allowed: str) -> None:
    """Refuses every parameter but these."""
    wrong = [filters.Problem(name[:80], "", "unknown parameter", tuple(sorted(allowed))) for name in query]
    wrong = [problem for problem in wrong if problem.name not in allowed]
    if wrong:
        raise filters.BadFilter(wrong)


def links(request: HttpRequest, cursor: str) -> list[dict[str, str]]:
    own = request.build_absolute_uri()
    found = [{"rel": "self", "type": GEO_JSON, "href": own}]
    if cursor:
        query = request.GET.copy()
        query["after"] = cursor
        href = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        found.append({"rel": "next", "type": GEO_JSON, "href": href})
    return found


def collection(request: Request, data: dict[str, Any], cursor: str) -> Response:
    body = data | {"numberReturned": len(data["features"]), "links": links(request._request, cursor)}
    return Response(body, content_type=GEO_JSON)


def register_pages(request: HttpRequest) -> str:
    """The address of a permit's page, with "-" for its public id."""
    return request.build_absolute_uri(reverse("register", args=["-"]))


class Permits(PublicView):
    @extend_schema(
        operation_id="permits",
        parameters=[*schema.FILTERS, *schema.PAGING],
        responses=schema.collection("Permits", PermitSerializer),
    )
    def get(self, request: Request) -> Any:
        query = request.query_params
        chosen = filters.require(query, also=PAGING)
        near = chosen.near_point
        window = lists.window(chosen.permits(), query, by_id="permit_id", limit=limit_of(query), near=near)
        found = features.permits(window, register_pages(request._request), near)
        rest = {"numberReturned": len(found.items), "links": links(request._request, found.next)}
        body = f'{{"type":"FeatureCollection","features":[{",".join(found.items)}],{json.dumps(rest)[1:]}'
        return HttpResponse(body, content_type=GEO_JSON)


class PermitDetail(PublicView):
    @extend_schema(operation_id="permit", responses={200: PermitSerializer, **schema.NOT_FOUND})
    def get(self, request: Request, public_id: str) -> Any:
        only(request.query_params)
        rows = Place.objects.permits().filter(public_id=public_id.upper()[:12])
        found = features.permits(
            lists.Window(rows[:1], ("permit_id",), 1, ""), register_pages(request._request)
        )
        if not found.items:
            return schema.not_found("permit", "Look it up under /api/v1/permits/?q=<number>.")
        return HttpResponse(found.items[0], content_type=GEO_JSON)


def company_context(request: Request, found: list[PublicCompany], near: Point | None) -> dict[str, Any]:
    """What CompanySerializer needs: three queries."""
    ids = [company.pk for company in found]
    rows = sorted(goods_of(ids), key=lambda row: (row[0], row[2], row[1]))
    known = Commodity.objects.in_bulk({row[1] for row in rows})
    goods: dict[int, list[tuple[Commodity, bool]]] = {}
    for company, pk, broad in rows:
        goods.setdefault(company, []).append((known[pk], not broad))
    counted = Place.objects.permits().filter(company_id__in=ids).order_by()
    away = {c.pk: metres((near.x, near.y), (c.point.x, c.point.y)) for c in found if c.point} if near else {}
    return {
        "request": request,
        "goods": goods,
        "counts": dict(counted.values_list("company_id").annotate(n=Count("pk"))),
        "distances": away,
    }


class Companies(PublicView):
    @extend_schema(
        operation_id="companies",
        parameters=[*schema.some("q", "commodity", "zone", "near"), *schema.PAGING],
        responses=schema.collection("Companies", CompanySerializer),
    )
    def get(self, request: Request) -> Any:
        query = request.query_params
        only(query, "q", "commodity", "zone", "near", *PAGING)
        chosen = filters.require(query, also=PAGING)
        rows = PublicCompany.objects.select_related("village").defer("village__area")
        if chosen.commodity:
            rows = rows.of_commodities(*chosen.commodity)
        if chosen.zone:
            rows = rows.within(*(zone.pk for zone in chosen.zone))
        if chosen.q:
            rows = rows.filter(pk__in=search.company_matches(chosen.q, limit=MAX_LIMIT))
        near = chosen.near_point
        found = lists.page(rows, query, by_id="id", limit=limit_of(query), near=near)
        context = company_context(request, found.items, near)
        return collection(
            request, CompanySerializer(found.items, many=True, context=context).data, found.next
        )


class CompanyDetail(PublicView):
    @extend_schema(operation_id="company", responses={200: CompanySerializer, **schema.NOT_FOUND})
    def get(self, request: Request, slug: str) -> Any:
        only(request.query_params)
        company = PublicCompany.objects.select_related("village").filter(slug=slug).first()
        if company is None:
            return schema.not_found("company", "Search under /api/v1/companies/?q=<name>.")
        data = CompanySerializer(company, context=company_context(request, [company], None)).data
        return Response(data, content_type=GEO_JSON)


class Commodities(PublicView):
    @extend_schema(operation_id="commodities", responses=CommoditySerializer(many=True))
    def get(self, request: Request) -> Any:
        only(request.query_params)
        return Response(CommoditySerializer(Commodity.objects.prefetch_related("kbli"), many=True).data)


class PermitTypes(PublicView):
    @extend_schema(operation_id="permit_types", responses=PermitTypeSerializer(many=True))
    def get(self, request: Request) -> Any:
        only(request.query_params)
        return Response(PermitTypeSerializer(PermitType.objects.all(), many=True).data)


class Zones(PublicView):
    @extend_schema(operation_id="zones", responses=schema.collection("Zones", ZoneSerializer))
    def get(self, request: Request) -> Any:
        only(request.query_params)
        return collection(request, ZoneSerializer(Zone.objects.defer("area"), many=True).data, "")


class Search(PublicView):
    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", str, required=True, description="At most 200 characters."),
            OpenApiParameter("near", str, description="lon,lat: of equals the nearer one comes first."),
        ],
        responses=schema.suggestions(SuggestionSerializer),
    )
    def get(self, request: Request) -> Any:
        only(request.query_params, "q", "near")
        asked = filters.require(request.query_params)
        found = suggest(asked.q, near=asked.near_point)
        return Response({"suggestions": SuggestionSerializer(found, many=True).data})


@extend_schema(exclude=True)
class Unknown(PublicView):
    def get(self, request: Request, unknown: str) -> Any:
        return schema.not_found("address", "All addresses stand in /api/schema/.")
