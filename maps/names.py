"""Holders by name: the same name first, then such as begin so, then all with these words, else near misses.

sql/names.sql finds them; here they are ranked, and places are filtered by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import BooleanField, Func, Value

from permits.status import SHOWN

SOME = 50  # at least so many are compared before the best are taken

_RANKED = """
    SELECT c.id, c.name, c.slug, c.village_id, f.tier < 2, f.why
    FROM (SELECT id, min(tier) AS tier, min(why) AS why
          FROM maps_find_names(%(words)s, %(plain)s, %(some)s) GROUP BY id) f JOIN maps_company c USING (id)
    ORDER BY f.tier,
        (SELECT true FROM maps_place p
            WHERE p.company_id = c.id AND permits_status(p.registered_only, p.revoked_on, p.suspended_on,
                p.replaced_by IS NOT NULL, p.valid_until) = ANY (%(shown)s) LIMIT 1) NULLS LAST,
        {near}similarity(%(plain)s, c.name) DESC, length(c.name), c.name, c.id
    LIMIT %(limit)s
"""
_NEAR = "ST_DistanceSphere(c.point, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) NULLS LAST, "


@dataclass(frozen=True, slots=True)
class Named:
    """A holder whose name answers. `is_same`: it is the name asked for, but for the legal form."""

    id: int
    name: str
    slug: str
    village: str | None
    is_same: bool
    why: list[str]  # words that its name may have been found by


def by_name(words: Sequence[str], plain: str, *, limit: int, near: Point | None = None) -> list[Named]:
    """At most `limit` public holders for a folded text (`plain`: with its legal form), best first. One query.

    Of equals those with a permit in force come first, then the nearest to `near` (EPSG:4326).
    """
    values: dict[str, Any] = {
        "words": list(words), "plain": plain, "limit": limit, "some": max(limit, SOME),
        "shown": [status.value for status in SHOWN],
    }  # fmt: skip
    if near:
        values |= {"lon": near.x, "lat": near.y}
    with connection.cursor() as cursor:
        cursor.execute(_RANKED.format(near=_NEAR if near else ""), values)
        return [Named(*row) for row in cursor.fetchall()]


class HasName(Func):
    """Of a place: its holder's name has all `words`, of which the last may be unfinished."""

    template = "(company_id = ANY (ARRAY(SELECT maps_names_all(%(expressions)s::tsquery))))"
    output_field = BooleanField()

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(Value(_query(words)))


def have(words: Sequence[str]) -> bool:
    """Some public name has all these words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT maps_names_with(%s::tsquery, 1))", [_query(words)])
        row = cursor.fetchone()
    return bool(row and row[0])


def _query(words: Sequence[str]) -> str:
    return " & ".join(f"'{word}'" for word in words) + ":*"  # folded words are letters and digits
