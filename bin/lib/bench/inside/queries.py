"""Database queries of every public page, each asked in a process that has answered nothing before.

In: {"samples": {parameter: value}, "extra": [path]}. Out: rows of path, status, queries and repeated
queries; and the routes for which there is no sample.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from typing import Any

from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.client import ClientHandler
from django.urls import get_resolver
from django.utils.translation import gettext

from bench.inside import Statements, answer, request

LARGEST = 4096  # one write to a pipe is whole up to this


def filled(route: str, samples: dict[str, str]) -> str | None:
    """The address of `route` with a sample in place of each parameter; None when one is missing."""
    missing = False

    def sample(match: re.Match[str]) -> str:
        nonlocal missing
        name = match[1]
        prefix = route.split("/")[0]
        value = samples.get(f"{prefix}.{name}", samples.get(name))
        missing = missing or value is None
        return value or ""

    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", sample, route)
    return None if missing else path


def _count(path: str) -> dict[str, Any]:
    connection.ensure_connection()  # what a new connection asks for itself is no query of the page
    seen = Statements()
    with seen.watch():
        response = Client(SERVER_NAME="localhost").get(path, headers={"accept-language": "id"})
    shapes = Counter(re.sub(r"'[^']*'|\b\d+\b", "?", text) for text in seen.texts)
    again = sum(n - 1 for n in shapes.values())
    return {"path": path, "status": response.status_code, "queries": len(seen.texts), "again": again}


def _bring() -> None:
    """What each child would load again, for seconds: code, addresses, texts. None of it asks the database."""
    ClientHandler().load_middleware()
    get_resolver().url_patterns  # noqa: B018 - the views come with them
    get_template("base.html")
    gettext("Permit")


def begin(path: str) -> tuple[str, int, int]:
    """Counts in a child that remembers nothing from another page: (path, its id, where it will answer)."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, json.dumps(_count(path)).encode()[:LARGEST])
        finally:
            os._exit(0)
    os.close(writer)
    return path, child, reader


def end(path: str, child: int, reader: int) -> dict[str, Any]:
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    if not data:
        return {"path": path, "status": 0, "queries": 0, "again": 0}
    found: dict[str, Any] = json.loads(data)
    return found


def main() -> None:
    wanted = request()
    from geoportal.public import PUBLIC_ROUTES  # after Django has started

    paths, unknown = [], []
    for route in sorted(PUBLIC_ROUTES):
        path = filled(route, wanted["samples"])
        if path is None:
            unknown.append(route)
        else:
            paths.append(path)
    paths += wanted["extra"]
    _bring()
    width = os.cpu_count() or 1
    found = []
    for first in range(0, len(paths), width):
        children = [begin(path) for path in paths[first : first + width]]
        found += [end(*child) for child in children]
    answer({"pages": found, "unknown": unknown})


if __name__ == "__main__":
    main()
