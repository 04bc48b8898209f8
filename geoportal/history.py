"""Who changed what: rows of history are written by triggers (sql/history.sql), this says who it was.

    with history.acting(user.pk):
        ...

The site's own role can neither write nor change the history. What no request caused has no `by`: the worker,
a command, or somebody at the database, whose role is kept too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@contextmanager
def acting(by: int) -> Iterator[None]:
    """Whatever this connection writes meanwhile was written by the account `by`."""
    _say(str(by))
    try:
        yield
    finally:
        try:
            _say("")
        except DatabaseError:
            if not connection.in_atomic_block:  # broken: the name goes with the connection
                connection.close()


def _say(by: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sakpore.by', %s, false)", [by])


class WhoWritesMiddleware:
    """Requests that may change something; reading costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _SAFE or not request.user.is_authenticated:
            return self.get_response(request)
        with acting(request.user.pk):
            return self.get_response(request)
