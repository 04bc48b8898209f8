from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from geoportal.problems import problem

METHODS = "GET, HEAD, OPTIONS"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def preflight() -> HttpResponse:
    """What a browser is told that asks first: anyone may read, nobody may write."""
    return HttpResponse(status=204, headers={"Allow": METHODS, **HEADERS, **PREFLIGHT})


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A reading interface for other sites' pages too (CORS *), without cookies."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "OPTIONS":
            return preflight()
        if request.method in ("GET", "HEAD"):
            response = view(request, *args, **kwargs)
        else:
            response = problem(405, "Method not allowed", f"This address only answers {METHODS}.")
            response.headers["Allow"] = METHODS
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return wrapped
