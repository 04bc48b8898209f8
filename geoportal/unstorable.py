"""Text that PostgreSQL cannot hold. Forms refuse it; wherever else it came in, it is a bad request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

from geoportal.problems import FOR_PROGRAMS, problem


class UnstorableTextMiddleware:
    """400 for a request whose text has a NUL character, which only programs send. Nothing of it was done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ValueError) or "NUL (0x00)" not in str(error):  # as psycopg2 says it
            return None
        if request.path.startswith(FOR_PROGRAMS):
            return problem(400, "A character that cannot be", "Take the NUL character out and ask again.")
        return bad_request(request, error)
