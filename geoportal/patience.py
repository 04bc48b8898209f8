"""How long a query may take, by who asks, and what the asker is told when it took longer."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from geoportal.problems import FOR_PROGRAMS, problem
from geoportal.public import PUBLIC_ROUTES

RETRY_AFTER = 30  # seconds
CANCELLED = "57014"  # what PostgreSQL calls a query that was ended

_limits: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # ms, of connections for which it was changed


class TimeLimitMiddleware:
    """PUBLIC_STATEMENT_TIMEOUT_MS on public routes; a query ended for its time is answered with 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            match = request.resolver_match
            public = match is not None and match.route in PUBLIC_ROUTES
            _limit(
                context["connection"],
                settings.PUBLIC_STATEMENT_TIMEOUT_MS if public else settings.STATEMENT_TIMEOUT_MS,
            )
            return execute(sql, params, many, context)

        with connection.execute_wrapper(limited):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError) or getattr(error.__cause__, "pgcode", "") != CANCELLED:
            return None
        if request.path.startswith(FOR_PROGRAMS):
            answer: HttpResponse = problem(
                503,
                "This took too long",
                f"Ask for less (a smaller area, fewer filters, a lower limit), or again in {RETRY_AFTER} s.",
            )
            answer.headers["Access-Control-Allow-Origin"] = "*"
        else:
            answer = render(request, "503.html", {"slow": True}, status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _limit(database: Any, ms: int) -> None:
    """For the queries to come; asked of the server only where it is another than before."""
    if _limits.get(database.connection, settings.STATEMENT_TIMEOUT_MS) == ms:
        return
    inside = database.in_atomic_block  # what is set there is lost with the transaction
    with database.connection.cursor() as cursor:
        cursor.execute(f"SET {'LOCAL ' if inside else ''}statement_timeout = {ms}")
    if not inside:
        _limits[database.connection] = ms
