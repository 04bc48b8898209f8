"""One permit added and published the way imports do it, timed to the end of its COMMIT, and removed again."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg2

from bench.cities import City

MARK = "UJI/BANGKU/"
TABLES = ("permits_permit", "permits_permitsite", "permits_permitcommodity")


@dataclass(frozen=True)
class Copier:
    """Copies rows of one table, with other values in some columns."""

    table: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, cursor: Any, table: str) -> Copier:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT"
            " attisdropped"
            " AND attname <> 'id' AND attgenerated = ''",
            [table],
        )
        return cls(table, tuple(row[0] for row in cursor.fetchall()))

    def copy(self, cursor: Any, source: int, **values: Any) -> int:
        """The id of the copy."""
        names = ", ".join(self.columns)
        chosen = ", ".join(f"%({name})s" if name in values else name for name in self.columns)
        cursor.execute(
            f"INSERT INTO {self.table} ({names}) SELECT {chosen} FROM {self.table} WHERE id = %(of)s"  # noqa: S608
            " RETURNING id",
            values | {"of": source},
        )
        return int(cursor.fetchone()[0])


def _rows(city: City, count: int) -> list[tuple[int, int, list[int]]]:
    """(permit, its first site, its commodities' rows) of some counted permits, the same every time."""
    return [
        (permit, site, list(goods))
        for permit, site, goods in city.ask(
            "SELECT p.permit_id, p.id, ARRAY(SELECT c.id FROM permits_permitcommodity c WHERE c.permit_id ="
            " p.permit_id)"
            " FROM maps_place p WHERE p.counted AND p.first_site AND p.id > 0 ORDER BY md5(p.id::text) LIMIT"
            " %s",
            count,
        )
    ]


def measure(city: City, count: int) -> list[float]:
    """ms of each of `count` permits, copied from existing ones: draft, site, commodities, publish, COMMIT."""
    times = []
    with closing(psycopg2.connect(city.dsn)) as connection, connection.cursor() as cursor:
        _remove(connection, cursor)
        permits, sites, goods_of = (Copier.of(cursor, table) for table in TABLES)
        try:
            for number, (permit, site, goods) in enumerate(_rows(city, count)):
                begin = time.perf_counter()
                new = permits.copy(
                    cursor, permit, number=f"{MARK}{number}", public_id=f"UJIBANGKU{number:03d}",
                    source_ref=None, published=False,
                )  # fmt: skip
                sites.copy(cursor, site, permit_id=new)
                for row in goods:
                    goods_of.copy(cursor, row, permit_id=new)
                cursor.execute("UPDATE permits_permit SET published = true WHERE id = %s", [new])
                connection.commit()
                times.append((time.perf_counter() - begin) * 1000)
            cursor.execute("SELECT count(*) FROM maps_place WHERE number LIKE %s AND counted", [f"{MARK}%"])
            public = cursor.fetchall()[0][0]
            if public != len(times):
                raise ValueError(f"{len(times)} permits were added, {public} became public")
        finally:
            _remove(connection, cursor)
    return times


def _remove(connection: Any, cursor: Any) -> None:
    connection.rollback()
    which = "(SELECT id FROM permits_permit WHERE number LIKE %s)"
    for table in reversed(TABLES[1:]):
        cursor.execute(f"DELETE FROM {table} WHERE permit_id IN {which}", [f"{MARK}%"])  # noqa: S608
    cursor.execute("DELETE FROM permits_permit WHERE number LIKE %s", [f"{MARK}%"])
    connection.commit()
