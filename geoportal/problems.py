"""API errors as application/problem+json (RFC 9457)."""

from typing import Any

from django.http import JsonResponse
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

FOR_PROGRAMS = ("/api/", "/tiles/", "/ogc/")  # where programs read answers, not people


def problem(status: int, title: str, detail: str = "", **more: Any) -> JsonResponse:
    """An error answer: what is wrong (title), why and what to do (detail), and anything a program can use."""
    body = (
        {"type": "about:blank", "title": title, "status": status}
        | ({"detail": detail} if detail else {})
        | more
    )
    return JsonResponse(body, status=status, content_type="application/problem+json")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    response = drf_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
    }
    if detail is not None:
        body["detail"] = str(detail)
    else:
        body |= {"detail": "The request has errors; see errors.", "errors": response.data}
    response.data = body
    response.content_type = "application/problem+json"
    return response
