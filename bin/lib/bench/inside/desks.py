"""The desks of the office as its staff see them, over many open cases.

In: {"make": n} writes n open cases over all statuses; {"asks": n} asks for every page n times. Out: of each
page its queries, ms of each answer, ms of our own processor time of each, and for a queue the counts by
status and the cases that it shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from bench.inside import Statements, answer, request

_COUNTS = re.compile(r'<option value="(\w+)"[^>]*>[^<]*\(([\d.,\s]+)\)</option>')
_SHOWN = re.compile(r'href="/petugas/permohonan/([0-9A-Z]{12})/"')
_NEXT = re.compile(r'href="(\?[^"]*lanjut=[^"]*)"')
QUEUE = "/petugas/antrean/"


def make(n: int) -> int:
    from bench.inside import cases

    shares = len(cases.WALKED)
    made = cases.make(dict.fromkeys(cases.WALKED, n // shares))
    return len(made)


def signed_in(user: Any) -> Any:
    """A reader whose session says that the second factor was given, just now."""
    from allauth.account.internal.flows.login import record_authentication
    from django.http import HttpRequest
    from django.test import Client

    client = Client(SERVER_NAME="localhost", headers={"accept-language": "id"})
    client.force_login(user)
    asked = HttpRequest()
    asked.session = client.session
    record_authentication(asked, user, method="mfa", type="totp")
    asked.session.save()
    return client


def ask(client: Any, paths: list[str], asks: int) -> dict[str, Any]:
    """Each of `paths` in turn; the first answer of all is not counted, since it loads code and templates."""
    ms, own, queries, text = [], [], [], ""
    for n in range(asks + 1):
        seen = Statements()
        with seen.watch():
            begin, worked = time.perf_counter(), time.process_time()
            response = client.get(paths[n % len(paths)])
            spent, worked = time.perf_counter() - begin, time.process_time() - worked
        if response.status_code != 200:
            raise SystemExit(f"{paths[n % len(paths)]} answers {response.status_code}")
        text = response.content.decode()
        if n:
            ms.append(spent * 1000)
            own.append(worked * 1000)
            queries.append(len(seen.texts))
    return {"ms": ms, "own": own, "queries": max(queries), "text": text}


def pages(asks: int) -> Iterator[dict[str, Any]]:
    from bench.inside import cases
    from geoportal.accounts.roles import Role
    from permits import desks
    from permits.models import Application

    staff = cases.people()
    for role in Role:
        statuses = desks.statuses_of(role)
        if not statuses:
            continue
        client = signed_in(staff[role.value])
        found = ask(client, [QUEUE], asks)
        text = found.pop("text")
        counts = {value: int(re.sub(r"\D", "", n)) for value, n in _COUNTS.findall(text)}
        shown = list(dict.fromkeys(_SHOWN.findall(text)))
        yield {"page": f"queue, {role.value}", "counts": counts, "shown": shown} | found
        if role == Role.BACK_OFFICE:
            further = _NEXT.search(text)
            more = {"queue, its next page": further[1].replace("&amp;", "&")} if further else {}
            for name, query in (more | {"queue, a word in the holder's name": "?q=batik"}).items():
                found = ask(client, [QUEUE + query], asks)
                yield {"page": name, "counts": {}, "shown": []} | found | {"text": ""}
        keys = Application.objects.filter(status__in=statuses).order_by("pk")
        paths = [f"/petugas/permohonan/{key}/" for key in keys.values_list("public_id", flat=True)[:asks]]
        found = ask(client, paths, asks)
        yield {"page": f"case, {role.value}", "counts": {}, "shown": []} | found | {"text": ""}


def main() -> None:
    wanted = request()
    if "make" in wanted:
        answer({"made": make(wanted["make"])})
        return
    from django.db import connection

    connection.ensure_connection()  # what a new connection asks for itself is no query of a page
    answer(list(pages(wanted["asks"])))


if __name__ == "__main__":
    main()
