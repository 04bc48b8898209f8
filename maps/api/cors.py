from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Other sites' pages may read the answer (CORS *), without cookies."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped
