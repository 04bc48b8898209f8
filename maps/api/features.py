"""A page of permits as GeoJSON, written by PostgreSQL in one statement.

It says what PermitSerializer says (a test compares the two) at a small part of its time.
"""

from django.contrib.gis.geos import Point
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, TextField

from maps.api.serializers import REACHABLE
from maps.lists import Page, Window

# concat(), not json_build_object(): several times as fast for twenty fields
_FEATURES = """
WITH kinds AS MATERIALIZED (
    SELECT id, location_kind = 'signboard' AS is_signboard,
        concat(',"type":{{"code":', to_json(code), ',"name":', to_json(name), '}},"company":') AS part
    FROM permits_permittype
), villages AS MATERIALIZED (
    SELECT code,
        concat('],"zone":{{"code":', to_json(code), ',"name":', to_json(name), '}},"status":"') AS part
    FROM geography_zone
), goods AS MATERIALIZED (
    SELECT array_agg(id) AS ids,
        array_agg(concat('{{"slug":', to_json(slug), ',"name":', to_json(name), ',"certain":')) AS parts
    FROM companies_commodity
), page AS MATERIALIZED ({page}
), mixes AS MATERIALIZED (  -- few sets of commodities, many permits with them
    SELECT commodities, commodities_broad, (
        SELECT string_agg(concat(
            g.parts[array_position(g.ids, one)], (one <> ALL (commodities_broad))::text, '}}'), ',')
        FROM unnest(commodities) one WHERE one = ANY (g.ids)) AS part
    FROM (SELECT DISTINCT commodities, commodities_broad FROM page) mix CROSS JOIN goods g
),
chosen AS (
    SELECT m.*, coalesce(nullif(m.company_name, ''), m.number) AS title, k.is_signboard,
        k.part AS kind, v.part AS village, x.part AS goods,
        -- most permits have one site; of the others every one is told, and the first is where directions lead
        CASE WHEN m.first_site AND NOT EXISTS (
            SELECT FROM maps_place o WHERE o.permit_id = m.permit_id AND NOT o.first_site
        ) THEN CASE WHEN m.spot IS NULL THEN '{{}}' ELSE ARRAY[m.spot] END
        ELSE array(SELECT o.point FROM maps_place o WHERE o.permit_id = m.permit_id AND o.point IS NOT NULL
            ORDER BY o.first_site DESC, o.id) END AS points
    FROM page m JOIN kinds k ON k.id = m.type_id
    JOIN mixes x USING (commodities, commodities_broad)
    LEFT JOIN villages v ON v.code = m.village_id
    OFFSET 0
)
SELECT {keys}, concat('{{"id":"', p.public_id, '","type":"Feature","geometry":',
    CASE cardinality(p.points)
        WHEN 0 THEN 'null'
        WHEN 1 THEN concat('{{"type":"Point","coordinates":[', first.lon, ',', first.lat, ']}}')
        ELSE (SELECT concat('{{"type":"MultiPoint","coordinates":[', string_agg(
            concat('[', maps_lon(ST_X(o.point)), ',', maps_lat(ST_Y(o.point)), ']'), ',' ORDER BY o.n), ']}}')
            FROM unnest(p.points) WITH ORDINALITY o (point, n)) END,
    ',"properties":{{"id":"', p.public_id, '","number":', to_json(p.number), p.kind,
    CASE WHEN p.company_id IS NULL THEN 'null'
        ELSE concat('{{"name":', to_json(p.company_name), ',"slug":"', p.company_slug, '"}}') END,
    ',"commodities":[', p.goods,
    coalesce(p.village, '],"zone":null,"status":"'), p.status,
    '","source":"', p.source, '","risk":"', p.risk,
    '","issued_on":', coalesce(to_json(p.issued_on)::text, 'null'),
    ',"valid_until":', coalesce(to_json(p.valid_until)::text, 'null'),
    ',"replaced_by":', coalesce(to_json(p.replaced_by)::text, 'null'),
    ',"location_quality":"', p.quality, '","location_withheld":', p.withheld::text,
    ',"distance":', {distance},
    ',"validate_url":', to_json(concat(%s, p.public_id, %s)),
    ',"directions":', coalesce(CASE
        -- people want the company, not its billboard
        WHEN p.is_signboard THEN (
            SELECT maps_directions(ST_X(c.point), ST_Y(c.point), p.title)
            FROM maps_company c WHERE c.id = p.company_id AND NOT c.withheld AND c.quality = ANY (%s::text[]))
        WHEN NOT p.withheld AND p.quality = ANY (%s::text[])
        THEN maps_directions(first.lon, first.lat, p.title) END, 'null'),
    ',"demo":', p.demo::text, '}}}}')
FROM chosen p
CROSS JOIN LATERAL (
    SELECT maps_lon(ST_X(p.points[1])) AS lon, maps_lat(ST_Y(p.points[1])) AS lat OFFSET 0
) first
ORDER BY {keys}
"""
_DISTANCE = """coalesce((SELECT round(min(
    ST_DistanceSpheroid(ST_Transform(point, 4326), ST_SetSRID(ST_MakePoint(%s, %s), 4326)))::numeric, 1)::text
    FROM unnest(p.points) point), 'null')"""


def permits(found: Window, register: str, near: Point | None) -> Page:
    """The permits of a window over Place with status, as text. `register`: a permit's page, "-" its id."""
    # as the point is, not as Django would fetch it
    spot = Func(F("point"), template="%(expressions)s", output_field=TextField())
    try:
        page, values = found.rows.defer("point").annotate(spot=spot).query.sql_with_params()
    except EmptyResultSet:
        return Page([], "")
    sql = _FEATURES.format(
        page=page, keys=", ".join(f"p.{name}" for name in found.key), distance=_DISTANCE if near else "'null'"
    )
    before, _, after = register.rpartition("-")
    reachable = sorted(REACHABLE)
    here = [near.x, near.y] if near else []
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *here, before, after, reachable, reachable])
        written: Page = found.page(cursor.fetchall(), lambda row: row[:-1])
    return Page([row[-1] for row in written.items], written.next)
