"""One question: what is asked of an address, and what was written because of it."""

from copy import copy
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.authorisation.table import Line
from tests.authorisation.world import Thing

#: What a refused request may write all the same: who asks, how often, and where they were.
_NOTES = ("django_session", "geoportal_attempt", "usersessions_usersession")


def ask(client: Client, method: str, address: str, data: Any = None) -> tuple[Any, str]:
    """The answer, and what was written first; nothing of it stays."""
    cookies = copy(client.cookies)
    connection.queries_log.clear()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(address, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    said = (one["sql"] or "" for one in queries)  # of a statement that was not sent: None
    writes = (sql for sql in said if sql.startswith(("INSERT", "UPDATE", "DELETE")))
    return answer, next((sql[:90] for sql in writes if not any(note in sql for note in _NOTES)), "")


def address(line: Line, thing: Thing) -> str:
    found = "/" + line.route
    for kind in ("str", "slug", "int", "uuid", "path", "base36"):
        for name, value in thing.values.items():
            found = found.replace(f"<{kind}:{name}>", str(value))
    assert "<" not in found, f"{line.route}: {line.of or 'nothing'} has no such part"
    return found


def outcome(answer: HttpResponse) -> str:
    where = answer.headers.get("Location", "")
    if answer.status_code >= 500:
        return "failed"
    if answer.status_code in (401, 403, 404):
        return "closed"
    if answer.status_code == 405:
        return "no such method"
    if answer.status_code in (301, 302, 303):
        if where.startswith(("/masuk/?", "/admin/login/?")):
            return "sign in"
        return "second factor" if where == "/akun/keamanan/aplikasi/" else "leads on"
    return "opens"
