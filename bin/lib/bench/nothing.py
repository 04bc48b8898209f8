"""A WSGI application that answers at once: what the load generator and the server can do without us."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

BODY = b"x" * 500


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(
        "200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(BODY)))]
    )
    return [BODY]
