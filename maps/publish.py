"""Recounts the read model from the tables behind it, and mends it. Triggers keep it; this is the proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db import connection, transaction

from maps.models import Place
from permits.models import Permit

SLICE = 5_000  # permits whose rows are written in one transaction: as long as their locks are held


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
    source, place = (", ".join(f"{side}.{column}" for column in columns) for side in ("s", "p"))
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
