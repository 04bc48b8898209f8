"""Programs that run inside Django, over a city's database: a JSON file in, one line of JSON out."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import django
from django.db import connection


def request() -> Any:
    """Starts Django; what was asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoportal.settings")
    django.setup()
    return json.loads(Path(sys.argv[1]).read_text())


def answer(found: Any) -> None:
    print(json.dumps(found))


class Statements:
    """Every statement while it watches: its text with values in place, the ms until its rows were here."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.texts: list[str] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        begin = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.ms.append((time.perf_counter() - begin) * 1000)
            text = context["cursor"].cursor.query
            self.texts.append(text.decode() if text else sql)

    def watch(self) -> AbstractContextManager[None]:
        return connection.execute_wrapper(self)
