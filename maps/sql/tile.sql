-- A point of a tile: whole units, and never on its far edge, which is the neighbour's (readers drop what lies there).
CREATE OR REPLACE FUNCTION maps_in_tile(px float8, py float8) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ST_MakePoint(least(greatest(floor(px), 0), 4095), least(greatest(floor(py), 0), 4095))
$$;

-- The layer `place` of a tile: each spot of these sites once, with the number of permits on it and the data of one.
CREATE OR REPLACE FUNCTION maps_tile_places(ids bigint[], z int, x int, y int) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    scale CONSTANT float8 := 4096 * 2.0 ^ z / 40075016.685578488;
    left_edge CONSTANT float8 := 20037508.342789244 * scale - x * 4096.0;
    upper_edge CONSTANT float8 := 20037508.342789244 * scale - y * 4096.0;
BEGIN
    RETURN coalesce((SELECT ST_AsMVT(s, 'place', 4096, 'g') FROM (
        SELECT (array_agg(p.public_id ORDER BY p.id))[1] AS id, count(DISTINCT p.permit_id)::int AS n,
               count(DISTINCT p.permit_id) > 1 AS same,
               (array_agg(permits_status(p.registered_only, p.revoked_on, p.suspended_on,
                   p.replaced_by IS NOT NULL, p.valid_until) ORDER BY p.id))[1] AS status,
               (array_agg(p.quality ORDER BY p.id))[1] AS quality,
               (array_agg(p.company_name ORDER BY p.id))[1] AS company,
               (array_agg(k.code ORDER BY p.id))[1] AS type,
               maps_in_tile(round(ST_X(p.point) * 100) * (scale / 100) + left_edge,
                            upper_edge - round(ST_Y(p.point) * 100) * (scale / 100)) AS g
        FROM maps_place p JOIN permits_permittype k ON k.id = p.type_id
        WHERE p.id = ANY (ids) GROUP BY p.point
    ) s), '');
END $$;

-- A tile of what is counted, of all commodities (0) or one. Where it holds at most a thousand sites, the layer `place`.
-- Else the layer `cluster` has cells of 32 by 32 (16 by 16 at z 13) with their number of sites, each at the mean of its
-- members, and `place` what is alone in its cell.
-- `same`: all of it stands on one spot (in a cluster: of some 19 m) and will never split.
CREATE OR REPLACE FUNCTION maps_tile(z int, x int, y int, wanted bigint DEFAULT 0) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    tile CONSTANT bigint := maps_spread(x) | (maps_spread(y) << 1);
    bits CONSTANT int := 2 * (21 - z);
    low CONSTANT bigint := tile << bits;
    high CONSTANT bigint := (tile + 1) << bits;
    cell CONSTANT int := least(z + 5, 17);  -- of a cell; the finest that is kept makes 16 by 16 at z 13
    cell_bits CONSTANT int := 2 * (21 - cell);
    scale CONSTANT float8 := 4096 * 2.0 ^ z / 40075016.685578488;
    left_edge CONSTANT float8 := 20037508.342789244 * scale - x * 4096.0;
    upper_edge CONSTANT float8 := 20037508.342789244 * scale - y * 4096.0;
    sites bigint;
    alone bigint[];
    clusters bytea;
BEGIN
    IF z BETWEEN 5 AND 17 THEN
        sites := (SELECT n FROM maps_aggregate WHERE level = z AND commodity = wanted AND code = tile);
        IF coalesce(sites, 0) = 0 THEN RETURN ''; END IF;
    ELSE
        sites := (SELECT count(*) FROM (
            SELECT FROM maps_pin WHERE commodity = wanted AND zcode >= low AND zcode < high LIMIT 1001) q);
    END IF;
    IF sites <= 1000 THEN
        RETURN maps_tile_places(array(
            SELECT place_id FROM maps_pin WHERE commodity = wanted AND zcode >= low AND zcode < high), z, x, y);
    END IF;
    WITH cells AS (
        SELECT n, sx::float8 / n AS cx, sy::float8 / n AS cy,
               code << cell_bits AS first, ((code + 1) << cell_bits) - 1 AS last
        FROM maps_aggregate
        WHERE z <= 13 AND level = cell AND commodity = wanted AND n > 0
          AND code >= tile << (2 * (cell - z)) AND code < (tile + 1) << (2 * (cell - z))
        UNION ALL
        SELECT count(*)::int, avg(i.x)::float8, avg(i.y)::float8, min(i.zcode), max(i.zcode)
        FROM maps_pin i
        WHERE z > 13 AND i.commodity = wanted AND i.zcode >= low AND i.zcode < high
        GROUP BY i.zcode >> greatest(bits - 10, 0)
    ), shown AS (
        SELECT c.n,
               CASE WHEN z > 13 THEN c.first = c.last ELSE
                   (SELECT i.zcode FROM maps_pin i WHERE i.commodity = wanted AND i.zcode >= c.first
                    ORDER BY i.zcode LIMIT 1)
                 = (SELECT i.zcode FROM maps_pin i WHERE i.commodity = wanted AND i.zcode <= c.last
                    ORDER BY i.zcode DESC LIMIT 1) END AS same,
               maps_in_tile(c.cx * (scale / 100) + left_edge, upper_edge - c.cy * (scale / 100)) AS g
        FROM cells c WHERE c.n > 1
    )
    SELECT (SELECT ST_AsMVT(c, 'cluster', 4096, 'g') FROM shown c),
           (SELECT array_agg(one.place_id) FROM cells c CROSS JOIN LATERAL (
                SELECT i.place_id FROM maps_pin i
                WHERE i.commodity = wanted AND i.zcode BETWEEN c.first AND c.last ORDER BY i.zcode LIMIT 1) one
            WHERE c.n = 1)
    INTO clusters, alone;
    RETURN maps_tile_places(alone, z, x, y) || coalesce(clusters, '');
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
