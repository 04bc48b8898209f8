"""Whether the data of this installation is invented. The pages must say so."""

import time

from django.db import DatabaseError, connection

_known: tuple[float, bool] = (-60.0, False)


def has_demo_data() -> bool:
    """True when any published company is marked as invented; looked up at most once a minute a process."""
    global _known
    if time.monotonic() - _known[0] >= 60:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT FROM maps_place WHERE demo)")
                _known = (time.monotonic(), bool(cursor.fetchone()[0]))
        except DatabaseError:
            return False
    return _known[1]
