from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from geoportal import limits
from geoportal.problems import problem
from maps import verdict
from maps.api import schema
from maps.api.views import PublicView, only

MISSES, SECONDS = 50, 900  # as the page's: who tries codes is stopped, who checks letters is not

_ANSWER = inline_serializer(
    "Verdict",
    {
        "outcome": serializers.ChoiceField([outcome.value for outcome in verdict.Outcome]),
        "title": serializers.CharField(help_text="the answer in words"),
        "text": serializers.CharField(help_text="what it means and what to do"),
        "checked_at": serializers.DateTimeField(),
        "permit": serializers.CharField(allow_null=True, help_text="public id, for /api/v1/permits/"),
        "number": serializers.CharField(allow_null=True),
        "status": serializers.CharField(allow_null=True),
    },
)


class Validate(PublicView):
    """Is the letter with this code one of ours, and is its permit in force?"""

    @extend_schema(
        operation_id="validate",
        responses={200: _ANSWER, 400: _ANSWER, 404: _ANSWER, 410: _ANSWER, 429: schema.ProblemSerializer},
    )
    def get(self, request: Request, seal_id: str) -> Any:
        only(request.query_params)
        found = verdict.verdict_for_seal(seal_id)
        if found.is_miss:
            try:
                with limits.misses(
                    "validate", limits.client_address(request._request), most=MISSES, seconds=SECONDS
                ):
                    pass
            except limits.TooMany as error:
                answer = problem(429, "Too many unknown codes", f"Try again in {error.retry_after} s.")
                answer.headers["Retry-After"] = str(error.retry_after)
                return answer
        body = {
            "outcome": found.outcome.value,
            "title": str(found.title),
            "text": str(found.text),
            "checked_at": found.checked_at,
            "permit": found.entry.place.public_id if found.entry else None,
            "number": found.entry.place.number if found.entry else None,
            "status": found.entry.status.value if found.entry else None,
        }
        return Response(body, status=found.http_status, headers={"Cache-Control": "no-store"})
