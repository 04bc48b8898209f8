"""Recounts the read model from the tables behind it, and mends it. Triggers keep it; this is the proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db import connection, transaction

from maps.models import Place
from permits.models import Permit

SLICE = 5_000  # permits whose rows are written in one transaction: as long as their locks are held
REBUILD = 0.1  # of the places changed since the last fold: counting anew is quicker than folding


# `counted` follows the day: a row whose day has passed is right until somebody folds
COUNTED = "p.counted AND coalesce(p.counted_until >= current_date, true)"
COMPARE = """
    SELECT coalesce(p.id, s.id), coalesce(p.permit_id, s.permit_id), coalesce(p.public_id, s.public_id),
        CASE WHEN p.id IS NULL THEN 'missing' WHEN s.id IS NULL THEN 'extra' ELSE 'stale' END
    FROM maps_place_source s FULL JOIN maps_place p ON p.id = s.id
    WHERE p.id IS NULL OR s.id IS NULL OR ROW ({source}) IS DISTINCT FROM ROW ({place})
    ORDER BY 1
"""


class Wrong(StrEnum):
    MISSING = "missing"  # should be public and is not
    EXTRA = "extra"  # is public and should not be: a leak
    STALE = "stale"  # says something else than its source


@dataclass(frozen=True, slots=True)
class Difference:
    place: int
    permit: int
    public_id: str
    wrong: Wrong


def differences() -> Iterator[Difference]:
    """Every row of maps_place that is not what its source says, by id. One statement, so one snapshot."""
    columns = [field.column for field in Place._meta.local_concrete_fields]
    source = ", ".join(f"s.{column}" for column in columns)
    place = ", ".join(COUNTED if column == "counted" else f"p.{column}" for column in columns)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(COMPARE.format(source=source, place=place))
        for row in cursor:
            yield Difference(row[0], row[1], row[2], Wrong(row[3]))


def rewrite(permits: Sequence[int]) -> None:
    """Makes the rows of these permits what their source says, under the locks that the triggers take.

    Touching a permit runs its trigger. A row whose permit is gone needs the owner's right to delete it.
    """
    ids = iter(sorted(set(permits)))
    while part := list(islice(ids, SLICE)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE permits_permit SET published = published WHERE id = ANY (%s)", [part])
            gone = set(part) - set(Permit.objects.filter(pk__in=part).values_list("pk", flat=True))
            if gone:
                cursor.execute("SELECT maps_place_write(%s::bigint[])", [sorted(gone)])


PINS = "SELECT i.* FROM maps_place p, maps_pins(p) i"
WRONG_PINS = f"""
    SELECT count(DISTINCT (commodity, place_id)) FROM (
        ({PINS} EXCEPT TABLE maps_pin) UNION ALL (TABLE maps_pin EXCEPT {PINS})
    ) different
"""  # noqa: S608 - constants of this module
# what readers see, and what waits to be folded, together against a recount
PYRAMID = """
    WITH counted AS (
        SELECT c AS commodity, zcode, n, x, y, id FROM (
            SELECT 1 AS n, zcode, round(ST_X(point) * 100)::bigint AS x,
                round(ST_Y(point) * 100)::bigint AS y, id, commodities
            FROM maps_place WHERE counted
            UNION ALL SELECT -n, zcode, x, y, place_id, commodities FROM maps_delta
        ) all_of_it, unnest(0::bigint || commodities) c
    ), base AS (
        SELECT commodity, zcode AS code, sum(n) AS n, sum(n * x) AS sx, sum(n * y) AS sy, sum(n * id) AS ids,
            (sum(n) > 0)::int AS spots
        FROM counted GROUP BY 1, 2
    ), wanted AS (
        SELECT level, commodity, code >> (2 * (21 - level)) AS code, sum(n) AS n, sum(sx) AS sx,
            sum(sy) AS sy, sum(ids) AS ids, sum(spots) AS spots
        FROM base, maps_levels() level GROUP BY 1, 2, 3
    )
    SELECT count(*) FROM wanted w FULL JOIN maps_aggregate a USING (level, commodity, code)
    WHERE (coalesce(w.n, 0), coalesce(w.sx, 0), coalesce(w.sy, 0), coalesce(w.ids, 0), coalesce(w.spots, 0))
        <> (coalesce(a.n, 0), coalesce(a.sx, 0), coalesce(a.sy, 0), coalesce(a.ids, 0), coalesce(a.spots, 0))
"""


@dataclass(frozen=True, slots=True)
class Derived:
    """How many rows differ in what is made of maps_place."""

    pins: int
    cells: int


def derived() -> Derived:
    """Compares pins and the pyramid of counts with the places, each in one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG_PINS)
        different = cursor.fetchone()
        cursor.execute(PYRAMID)
        wrong = cursor.fetchone()
    return Derived(different[0] if different else 0, wrong[0] if wrong else 0)


def recount(found: Derived) -> None:
    """Mends what `derived` found and folds what waits, or counts everything anew where that is quicker."""
    with transaction.atomic(), connection.cursor() as cursor:
        if found.pins:
            cursor.execute("LOCK TABLE maps_place IN SHARE MODE")
            cursor.execute("DELETE FROM maps_pin")
            cursor.execute(f"INSERT INTO maps_pin {PINS} ORDER BY i.commodity, i.zcode")
        cursor.execute(
            "SELECT (SELECT count(*) FROM maps_delta) > %s * (SELECT count(*) FROM maps_place)", [REBUILD]
        )
        row = cursor.fetchone()
        if found.cells or (row and row[0]):
            cursor.execute("SELECT maps_rebuild()")
            return
    with connection.cursor() as cursor:
        folded = 1
        while folded > 0:
            cursor.execute("SELECT maps_fold_deltas()")
            row = cursor.fetchone()
            folded = row[0] if row else 0
