-- A point of a tile: whole units, and never on its far edge, which is the neighbour's (readers drop what lies there).
CREATE OR REPLACE FUNCTION maps_in_tile(px float8, py float8) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ST_MakePoint(least(greatest(floor(px), 0), 4095), least(greatest(floor(py), 0), 4095))
$$;

-- The layer `place` of a tile: each spot of these sites once, with the number of permits on it and the data of one.
CREATE OR REPLACE FUNCTION maps_tile_places(ids bigint[], z int, x int, y int) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    scale CONSTANT float8 := 4096 * 2.0 ^ z / 40075016.685578488;
    left_edge CONSTANT float8 := 20037508.342789244 * scale - x * 4096.0;
    upper_edge CONSTANT float8 := 20037508.342789244 * scale - y * 4096.0;
BEGIN
    RETURN coalesce((SELECT ST_AsMVT(s, 'place', 4096, 'g') FROM (
        SELECT one.public_id AS id, one.n::int, one.n > 1 AS same,
               permits_status(one.registered_only, one.revoked_on, one.suspended_on,
                              one.replaced_by IS NOT NULL, one.valid_until) AS status,
               one.quality, one.company_name AS company, k.code AS type,
               maps_in_tile(one.cx * (scale / 100) + left_edge, upper_edge - one.cy * (scale / 100)) AS g
        FROM (
            -- windows, which sort once: an ordered or distinct aggregate would for each spot
            SELECT site.*, row_number() OVER (PARTITION BY cx, cy ORDER BY permit_id) AS place,
                   max(permit) OVER (PARTITION BY cx, cy) AS n
            FROM (
                SELECT public_id, permit_id, registered_only, revoked_on, suspended_on, replaced_by, valid_until,
                       quality, company_name, type_id, spot.*,
                       dense_rank() OVER (PARTITION BY cx, cy ORDER BY permit_id) AS permit
                FROM maps_place CROSS JOIN LATERAL (
                    SELECT round(ST_X(point) * 100) AS cx, round(ST_Y(point) * 100) AS cy) spot
                WHERE id = ANY (ids)
            ) site
        ) one JOIN permits_permittype k ON k.id = one.type_id
        WHERE one.place = 1
    ) s), '');
END $$;

-- The level of the cells of a crowded tile: 32 by 32 up to zoom 12, at 14 and at 16; 16 by 16 at 13, 15 and 17.
CREATE OR REPLACE FUNCTION maps_cell_level(z int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN z <= 13 THEN least(z + 5, 17) WHEN z <= 15 THEN 19 ELSE 21 END
$$;

-- What stands in one cell: n sites, their mean in centimetres, one of them, and whether all are on the `same` spot
-- (of some 19 m), so that they will never split.
DROP TYPE IF EXISTS maps_cell CASCADE;
CREATE TYPE maps_cell AS (n int, x float8, y float8, one bigint, same boolean);

-- A crowded tile, of its cells: the layer `cluster` has those with several sites, each at the mean of its members,
-- and `place` what is alone in its cell.
CREATE FUNCTION maps_tile_cells(cells maps_cell[], z int, x int, y int) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    scale CONSTANT float8 := 4096 * 2.0 ^ z / 40075016.685578488;
    left_edge CONSTANT float8 := 20037508.342789244 * scale - x * 4096.0;
    upper_edge CONSTANT float8 := 20037508.342789244 * scale - y * 4096.0;
    alone CONSTANT bigint[] := array(SELECT one FROM unnest(cells) WHERE n = 1);
BEGIN
    RETURN CASE WHEN cardinality(alone) > 0 THEN maps_tile_places(alone, z, x, y) ELSE '' END || coalesce((
        SELECT ST_AsMVT(s, 'cluster', 4096, 'g') FROM (
            SELECT c.n, c.same,
                   maps_in_tile(c.x * (scale / 100) + left_edge, upper_edge - c.y * (scale / 100)) AS g
            FROM unnest(cells) c WHERE c.n > 1) s
        ), '');
END $$;

-- A tile of what is counted, of all commodities (0) or one, from the pyramid. Where it holds at most a thousand sites,
-- the layer `place`; else cells.
CREATE OR REPLACE FUNCTION maps_tile(z int, x int, y int, wanted bigint DEFAULT 0) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    tile CONSTANT bigint := maps_spread(x) | (maps_spread(y) << 1);
    cell CONSTANT int := maps_cell_level(z);
    low CONSTANT bigint := tile << (2 * (cell - z));
    high CONSTANT bigint := (tile + 1) << (2 * (cell - z));
    bits CONSTANT int := 2 * (21 - z);
    cells maps_cell[];
    sites bigint;
BEGIN
    SELECT sum(n), array_agg(ROW (n, sx::float8 / n, sy::float8 / n, ids, spots = 1)::maps_cell) INTO sites, cells
    FROM maps_aggregate
    WHERE level = cell AND commodity = wanted AND code >= low AND code < high AND n > 0;
    IF sites IS NULL THEN RETURN ''; END IF;
    IF sites > 1000 THEN RETURN maps_tile_cells(cells, z, x, y); END IF;
    RETURN maps_tile_places(array(
        SELECT place_id FROM maps_pin
        WHERE commodity = wanted AND zcode >= tile << bits AND zcode < (tile + 1) << bits), z, x, y);
END $$;

-- Borders of zones (`zones`) and where their names stand (`names`): districts, from level 10 up villages.
CREATE OR REPLACE FUNCTION maps_zone_tile(z int, x int, y int) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH tile AS MATERIALIZED (
        SELECT box, ST_Transform(box, 4326) AS degrees FROM (SELECT ST_TileEnvelope(z, x, y) AS box) e
    ), shown AS NOT MATERIALIZED (
        SELECT code, name, level, approximate, area, label_point FROM geography_zone
        WHERE level = CASE WHEN z < 10 THEN 'district' ELSE 'village' END
    ), borders AS (
        SELECT code, name, level, approximate, ST_AsMVTGeom(ST_Transform(area, 3857), tile.box, 4096, 64) AS g
        FROM shown, tile WHERE area && tile.degrees
    ), names AS (
        SELECT code, name, level, ST_AsMVTGeom(ST_Transform(label_point, 3857), tile.box, 4096, 0) AS g
        FROM shown, tile WHERE label_point && tile.degrees
    )
    SELECT coalesce((SELECT ST_AsMVT(b, 'zones', 4096, 'g') FROM borders b WHERE g IS NOT NULL), '')
        || coalesce((SELECT ST_AsMVT(n, 'names', 4096, 'g') FROM names n WHERE g IS NOT NULL), '')
$$;
