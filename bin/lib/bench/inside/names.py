"""Searches for holders by name as the site does: is the one that was meant among the first twenty, how long?

In: [[text, id], ...]. Out: [[found, ms, sql_ms], ...]. A holder of the same folded name is as good as the one
meant.
"""

from __future__ import annotations

import time

from django.db import connection

from bench.inside import Statements, answer, request

FIRST = 20


def main() -> None:
    wanted = request()
    from maps import search  # after Django has started

    for text, _ in wanted[:10]:
        search.company_matches(text, limit=FIRST)
    rows = []
    for text, pk in wanted:
        seen = Statements()
        begin = time.perf_counter()
        with seen.watch():
            found = search.company_matches(text, limit=FIRST)
        ms = (time.perf_counter() - begin) * 1000
        rows.append([_among(pk, found), ms, sum(seen.ms)])
    answer(rows)


def _among(pk: int, found: list[int]) -> bool:
    if pk in found:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM companies_company f JOIN companies_company m ON m.id = %s"
            " AND maps_fold(f.name) = maps_fold(m.name) WHERE f.id = ANY (%s))",
            [pk, found],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


main()
