"""A page of permits as GeoJSON, written by PostgreSQL in one statement.

It says what PermitSerializer says (a test compares the two) at a small part of its time.
"""

from django.contrib.gis.geos import Point
from django.core.exceptions import EmptyResultSet
from django.db import connection

from maps.api.serializers import REACHABLE
from maps.lists import Page, Window

_PAGE = """
WITH page AS MATERIALIZED ({page})
SELECT {keys}, f.feature FROM page JOIN maps_features(ARRAY(SELECT id FROM page), {here}, %s, %s, %s) f
    ON f.place_id = page.id
ORDER BY {keys}
"""


def permits(found: Window, register: str, near: Point | None = None) -> Page:
    """The permits of a window over Place, as text. `register`: a permit's page, "-" for its id."""
    try:
        page, values = found.rows.values("id", *found.key).query.sql_with_params()
    except EmptyResultSet:
        return Page([], "")
    here = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)" if near else "NULL"
    sql = _PAGE.format(page=page, keys=", ".join(f"page.{name}" for name in found.key), here=here)
    before, _, after = register.rpartition("-")
    more = [*((near.x, near.y) if near else ()), before, after, sorted(REACHABLE)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *more])
        written: Page = found.page(cursor.fetchall(), lambda row: row[:-1])
    return Page([row[-1] for row in written.items], written.next)
