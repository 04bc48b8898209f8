"""Asks addresses of the site through Django's test client: status, SQL time and number of statements of each.

In: {"paths": {name: [...]}, "texts": bool}. Some are asked beforehand, so that what a process remembers is
remembered; then all twice, and the better time of each is told: other work on the machine only ever adds.
"""

from __future__ import annotations

import time
from typing import Any

from django.test import Client

from bench.inside import Statements, answer, request

WARM = 3


def measure(client: Client, path: str, *, texts: bool) -> dict[str, Any]:
    seen = Statements()
    begin = time.perf_counter()
    with seen.watch():
        response = client.get(path)
    found = {
        "path": path,
        "status": response.status_code,
        "ms": (time.perf_counter() - begin) * 1000,
        "sql_ms": sum(seen.ms),
        "statements": len(seen.ms),
        "bytes": len(response.content),
    }
    return found | {"texts": seen.texts} if texts else found


def main() -> None:
    wanted = request()
    client = Client(SERVER_NAME="localhost")
    found = {}
    for name, paths in wanted["paths"].items():
        for path in paths[:WARM]:
            client.get(path)
        first, second = ([measure(client, path, texts=wanted["texts"]) for path in paths] for _ in range(2))
        found[name] = [min(pair, key=lambda row: row["ms"]) for pair in zip(first, second, strict=True)]
    answer(found)


main()
