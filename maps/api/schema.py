"""What the OpenAPI document says of parameters, collections and errors."""

from typing import Any

from django.http import JsonResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from companies.models import Source
from geoportal.problems import problem
from permits.status import Status

_ALL = {
    "q": OpenApiParameter(
        "q", str, description="Words: company, commodity, village or permit number. Forgives slips."
    ),
    "commodity": OpenApiParameter("commodity", str, description="Slugs, separated by commas: any of them."),
    "type": OpenApiParameter("type", str, description="Codes of permit types, separated by commas."),
    "zone": OpenApiParameter("zone", str, description="Codes of zones of any level, separated by commas."),
    "status": OpenApiParameter(
        "status",
        str,
        description=f"Any of {', '.join(Status.values)}; default: in_force, ending, registered.",
    ),
    "source": OpenApiParameter("source", str, description=f"Any of {', '.join(Source.values)}."),
    "company": OpenApiParameter("company", str, description="Slug of the holder."),
    "bbox": OpenApiParameter(
        "bbox", str, description="west,south,east,north in degrees (or six numbers); west may exceed east."
    ),
    "near": OpenApiParameter("near", str, description="lon,lat: orders by distance and tells it in metres."),
    "radius": OpenApiParameter("radius", float, description="Metres around `near`, at most 50,000."),
}
FILTERS = list(_ALL.values())
PAGING = [
    OpenApiParameter("limit", int, description="Default 100, at most 1,000."),
    OpenApiParameter(
        "after", str, description="Cursor; follow the link with rel=next instead of making one."
    ),
]


def some(*names: str) -> list[OpenApiParameter]:
    return [_ALL[name] for name in names]


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]


def problems(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    return {(status, "application/problem+json"): ProblemSerializer for status in statuses}


BAD_REQUEST = {
    (400, "application/problem+json"): OpenApiResponse(ProblemSerializer, "A parameter was refused.")
}
NOT_FOUND = {
    (404, "application/problem+json"): OpenApiResponse(ProblemSerializer, "There is no such thing here.")
}


def collection(name: str, serializer: Any) -> dict[Any, Any]:
    shape = inline_serializer(
        f"{name}Collection",
        {
            "type": serializers.CharField(),
            "features": serializer(many=True),
            "numberReturned": serializers.IntegerField(),
            "links": serializers.ListField(child=serializers.DictField()),
        },
    )
    return {(200, "application/geo+json"): shape, **BAD_REQUEST}


def suggestions(serializer: Any) -> dict[Any, Any]:
    return {200: inline_serializer("Suggestions", {"suggestions": serializer(many=True)}), **BAD_REQUEST}


def not_found(what: str, remedy: str) -> JsonResponse:
    return problem(404, f"No such {what}", remedy)
