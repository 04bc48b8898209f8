"""A query that takes too long is ended and told as such; the worker answers the next one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from geoportal import patience
from maps import search, tiles
from maps.api import views


def sleep(*_: Any, **__: Any) -> Any:
    """As any slow query is: PostgreSQL works, the worker waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


@pytest.fixture(autouse=True)
def _impatient(settings: Any) -> Any:
    settings.PUBLIC_STATEMENT_TIMEOUT_MS = 100
    yield
    connection.close()  # the limit is this connection's


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "owner", "name"),
    [
        ("/api/v1/search/?q=contoh", views, "suggest"),
        ("/tiles/permits/3/6/4.mvt", tiles, "permits"),
        ("/perusahaan/?q=contoh", search, "company_matches"),
    ],
)
def test_a_time_out_is_503_and_the_next_request_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, owner: Any, name: str
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(owner, name, sleep)
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"
    if path.startswith("/perusahaan"):
        assert "terlalu lama" in answer.content.decode()
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "smaller area" in answer.json()["detail"]
    assert client.get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_of_public_routes_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    seen: list[str] = []

    def suggest(*_: Any, **__: Any) -> list[Any]:
        seen.append(ask())
        return []

    monkeypatch.setattr(views, "suggest", suggest)
    client.get("/api/v1/search/?q=contoh")
    assert seen == ["100ms"]
    with monkeypatch.context() as only:
        only.setattr(patience, "PUBLIC_ROUTES", frozenset())
        client.get("/api/v1/search/?q=contoh")
    assert seen == ["100ms", "0"]  # of the owner, as whom tests run


@pytest.mark.django_db
def test_other_faults_of_the_database_are_not_dressed_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    monkeypatch.setattr(views, "suggest", broken)
    client.raise_request_exception = False
    assert client.get("/api/v1/search/?q=contoh").status_code == 500
