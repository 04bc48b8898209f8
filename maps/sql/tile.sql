-- A tile of what is counted, of all commodities (0) or one. Points where it holds at most a thousand sites, each place
-- once with the number of sites on it; else clusters of 32 by 32 cells, each at the mean of its members. `same`: all
-- of it stands on one spot of some 19 m and will never split.
CREATE OR REPLACE FUNCTION maps_tile(z int, x int, y int, wanted bigint DEFAULT 0) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    tile CONSTANT bigint := maps_spread(x) | (maps_spread(y) << 1);
    bits CONSTANT int := 2 * (21 - z);
    low CONSTANT bigint := tile << bits;
    high CONSTANT bigint := (tile + 1) << bits;
    cell CONSTANT int := least(z + 5, 17);
    scale CONSTANT float8 := 4096 * 2.0 ^ z / 40075016.685578488;
    left_edge CONSTANT float8 := 20037508.342789244 * scale - x * 4096.0;
    upper_edge CONSTANT float8 := 20037508.342789244 * scale - y * 4096.0;
    counted bigint;
    result bytea;
BEGIN
    IF z BETWEEN 5 AND 17 THEN
        counted := (SELECT n FROM maps_aggregate WHERE level = z AND commodity = wanted AND code = tile);
        IF coalesce(counted, 0) = 0 THEN RETURN ''; END IF;
    ELSIF z > 17 THEN
        counted := (SELECT count(*) FROM (
            SELECT FROM maps_pin WHERE commodity = wanted AND zcode >= low AND zcode < high LIMIT 1001) q);
    ELSE
        counted := 1001;
    END IF;
    IF counted <= 1000 THEN
        SELECT ST_AsMVT(t, 'place', 4096, 'g') INTO result FROM (
            SELECT min(p.public_id) AS id, count(*)::int AS n, count(*) > 1 AS same,
                   min(permits_status(p.registered_only, p.revoked_on, p.suspended_on, p.replaced_by IS NOT NULL,
                       p.valid_until)) AS status,
                   min(p.quality) AS quality, min(p.company_name) AS company, min(k.code) AS type,
                   ST_MakePoint(round(i.x * (scale / 100) + left_edge), round(upper_edge - i.y * (scale / 100))) AS g
            FROM maps_pin i JOIN maps_place p ON p.id = i.place_id JOIN permits_permittype k ON k.id = p.type_id
            WHERE i.commodity = wanted AND i.zcode >= low AND i.zcode < high
            GROUP BY i.x, i.y) t;
    ELSIF z <= 12 THEN
        SELECT ST_AsMVT(t, 'cluster', 4096, 'g') INTO result FROM (
            SELECT a.n,
                   (SELECT i.zcode FROM maps_pin i WHERE i.commodity = wanted AND i.zcode >= a.code << (2 * (21 - cell))
                    ORDER BY i.zcode LIMIT 1)
                 = (SELECT i.zcode FROM maps_pin i WHERE i.commodity = wanted AND i.zcode < (a.code + 1) << (2 * (21 - cell))
                    ORDER BY i.zcode DESC LIMIT 1) AS same,
                   ST_MakePoint(round(a.sx * (scale / 100 / a.n) + left_edge),
                                round(upper_edge - a.sy * (scale / 100 / a.n))) AS g
            FROM maps_aggregate a
            WHERE a.level = cell AND a.commodity = wanted AND a.n > 0
              AND a.code >= tile << (2 * (cell - z)) AND a.code < (tile + 1) << (2 * (cell - z))) t;
    ELSE
        SELECT ST_AsMVT(t, 'cluster', 4096, 'g') INTO result FROM (
            SELECT count(*)::int AS n, min(i.zcode) = max(i.zcode) AS same,
                   ST_MakePoint(round(sum(i.x) * (scale / 100) / count(*) + left_edge),
                                round(upper_edge - sum(i.y) * (scale / 100) / count(*))) AS g
            FROM maps_pin i
            WHERE i.commodity = wanted AND i.zcode >= low AND i.zcode < high
            GROUP BY i.zcode >> greatest(bits - 10, 0)) t;
    END IF;
    RETURN result;
END $$;

-- Borders and names of zones: villages, and from level 10 up their districts.
CREATE OR REPLACE FUNCTION maps_zone_tile(z int, x int, y int) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH tile AS (SELECT ST_TileEnvelope(z, x, y) AS box)
    SELECT ST_AsMVT(t, 'zones', 4096, 'g') FROM (
        SELECT code, name, level, approximate,
               ST_AsMVTGeom(ST_Transform(area, 3857), (SELECT box FROM tile), 4096, 64) AS g
        FROM geography_zone
        WHERE level = CASE WHEN z < 10 THEN 'district' ELSE 'village' END
          AND area && ST_Transform((SELECT box FROM tile), 4326)
    ) t WHERE g IS NOT NULL
$$;
