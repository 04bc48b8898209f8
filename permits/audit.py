"""Are the logs of applications what they were? Chains by themselves, and against the anchors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from psycopg2.extras import execute_values

from permits import anchors

_VERIFY: Final = (Path(__file__).parent / "sql" / "verify.sql").read_text()
SLICE: Final = 1_000  # applications at once: memory does not grow with the log
_TABLE: Final = """
DROP TABLE IF EXISTS pg_temp.anchored;
CREATE TEMPORARY TABLE anchored (application_id bigint, ordinal integer, hash bytea);
"""


@dataclass(frozen=True)
class Fault:
    """`ordinal`: the first bad row of that application's log. Of an anchor: its name, and no application."""

    what: str
    application: int = 0
    ordinal: int = 0
    anchor: str = ""


@dataclass
class Verified:
    events: int = 0
    applications: int = 0
    anchors: int = 0
    taken: datetime | None = None  # of the newest anchor: what came later stands on the chain alone
    faults: list[Fault] = field(default_factory=list)


def verify(
    paths: Sequence[Path], *, key: ec.EllipticCurvePublicKey, complete: bool = True
) -> Iterator[Verified]:
    """Yields what is known so far, after the anchors and after each slice of applications.

    `complete`: `paths` are all anchors that were ever taken; then one that is missing, and an event from
    before the newest that stands in none, are faults too.
    """
    found = Verified()
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        found.faults += _load(paths, key, complete, found, cursor)
        cursor.execute("CREATE INDEX ON anchored (application_id, ordinal)")
        cursor.execute("ANALYZE anchored")
        cursor.execute("SELECT count(*) FROM permits_event")
        found.events = cursor.fetchone()[0]
        yield found
        known = found.taken if complete else None
        for first in _slices(cursor):
            limits = {
                "first": first,
                "past": first + SLICE,
                "taken": known - anchors.OVERLAP if known else None,
            }
            cursor.execute(_VERIFY, limits)
            found.faults += [Fault(what, application, n) for application, n, what in cursor.fetchall()]
            cursor.execute(
                "SELECT count(*) FROM permits_application WHERE id >= %(first)s AND id < %(past)s", limits
            )
            found.applications += cursor.fetchone()[0]
            yield found


def _slices(cursor: Any) -> range:
    cursor.execute(
        "SELECT min(low), max(high) FROM ("
        " SELECT min(id) low, max(id) high FROM permits_application"
        " UNION ALL SELECT min(application_id), max(application_id) FROM permits_event"
        " UNION ALL SELECT min(application_id), max(application_id) FROM anchored) every"
    )
    low, high = cursor.fetchone()
    return range(0) if low is None else range(low, high + 1, SLICE)


def _load(
    paths: Sequence[Path], key: ec.EllipticCurvePublicKey, complete: bool, found: Verified, cursor: Any
) -> Iterator[Fault]:
    """Fills `anchored` from every anchor that is what was signed; a fault for each that is not."""
    before = "-"
    for path in paths:
        digest = "?"
        try:
            digest, head = anchors.sha256(path), anchors.read_head(path)
            if not anchors.signed(path, key):
                raise anchors.Unreadable("its signature does not fit")
            if not anchors.stamped(path):
                yield Fault("its time stamp is of another file", anchor=path.name)
            if complete and head.previous != before and before != "?":
                yield Fault(
                    "the anchor before it is missing or is not the one that it names", anchor=path.name
                )
            rows = ((application, n, value) for application, n, value in anchors.read(path))
            execute_values(cursor.cursor, "INSERT INTO anchored VALUES %s", rows, page_size=1_000)
            found.anchors += 1
            found.taken = max(found.taken or head.taken, head.taken)
        except (anchors.Unreadable, OSError) as trouble:
            yield Fault(str(trouble), anchor=path.name)
        before = digest
