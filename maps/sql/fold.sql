-- What a row of maps_aggregate tells of its cell: n sites; sx, sy: their sums of whole centimetres; ids: the sum of
-- their ids, so the id itself where n is 1; spots: on how many spots (cells of level 21, of some 19 m) they stand.
-- The levels are those that maps_cell_level() answers with, and what lies between.
CREATE OR REPLACE FUNCTION maps_levels() RETURNS SETOF int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT unnest('{21,19,17,16,15,14,13,12,11,10,9,8,7,6,5}'::int[]) $$;

-- Bounded, idempotent, for whoever notices. Returns the deltas folded, or -1 while another folds.
CREATE OR REPLACE FUNCTION maps_fold_deltas(most int DEFAULT 20000) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    folded int;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7302) THEN RETURN -1; END IF;
    -- what ended since: the city's day decides, no job
    UPDATE maps_place SET counted = false WHERE id IN (
        SELECT id FROM maps_place WHERE counted AND counted_until < current_date
        ORDER BY counted_until LIMIT most FOR UPDATE SKIP LOCKED);
    WITH taken AS (
        DELETE FROM maps_delta WHERE ctid = ANY (array(SELECT ctid FROM maps_delta LIMIT most)) RETURNING *
    ), base AS (
        SELECT c AS commodity, zcode AS code, sum(n) AS n, sum(n * x) AS sx, sum(n * y) AS sy, sum(n * place_id) AS ids
        FROM taken, unnest(0::bigint || commodities) c GROUP BY 1, 2
        HAVING sum(n) <> 0 OR sum(n * x) <> 0 OR sum(n * y) <> 0 OR sum(n * place_id) <> 0
    ), spot AS (
        INSERT INTO maps_aggregate AS a (level, commodity, code, n, sx, sy, ids, spots)
        SELECT 21, commodity, code, n, sx, sy, ids, (n > 0)::int FROM base ORDER BY 2, 3
        ON CONFLICT (level, commodity, code) DO UPDATE SET n = a.n + excluded.n, sx = a.sx + excluded.sx,
            sy = a.sy + excluded.sy, ids = a.ids + excluded.ids, spots = (a.n + excluded.n > 0)::int
        RETURNING commodity, code, n
    ), change AS (  -- grouped, not joined: of these tables the planner knows no size
        SELECT commodity, code, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy, sum(ids) AS ids,
               (sum(after) > 0)::int - (sum(after) - sum(n) > 0)::int AS spots  -- came to be, or ended
        FROM (SELECT commodity, code, n, sx, sy, ids, 0 AS after FROM base
              UNION ALL SELECT commodity, code, 0, 0, 0, 0, n FROM spot) both_sides
        GROUP BY 1, 2
    ), cells AS (
        SELECT l AS level, commodity, code >> (2 * (21 - l)) AS code, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy,
               sum(ids) AS ids, sum(spots) AS spots
        FROM change, maps_levels() l WHERE l < 21 GROUP BY 1, 2, 3
    ), written AS (
        INSERT INTO maps_aggregate AS a (level, commodity, code, n, sx, sy, ids, spots)
        SELECT level, commodity, code, n, sx, sy, ids, spots FROM cells ORDER BY 1, 2, 3
        ON CONFLICT (level, commodity, code) DO UPDATE SET n = a.n + excluded.n, sx = a.sx + excluded.sx,
            sy = a.sy + excluded.sy, ids = a.ids + excluded.ids, spots = a.spots + excluded.spots
    )
    SELECT count(*) INTO folded FROM taken;
    UPDATE maps_tile_state SET version = version + (folded > 0 OR folded_on IS DISTINCT FROM current_date)::int,
        folded_on = current_date WHERE folded > 0 OR folded_on IS DISTINCT FROM current_date;
    RETURN folded;
END $$;

-- Everything anew, for after a large load: quicker than folding when more than a tenth of all sites changed.
CREATE OR REPLACE FUNCTION maps_rebuild() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    l int;
    above int := 21;
BEGIN
    PERFORM pg_advisory_xact_lock(7302);
    LOCK TABLE maps_place IN SHARE MODE;  -- no writer between the count and the emptied deltas
    DELETE FROM maps_delta;
    DELETE FROM maps_aggregate;
    INSERT INTO maps_aggregate (level, commodity, code, n, sx, sy, ids, spots)
        SELECT 21, c, zcode, count(*), sum(round(ST_X(point) * 100)::bigint), sum(round(ST_Y(point) * 100)::bigint),
               sum(id), 1
        FROM maps_place, unnest(0::bigint || commodities) c WHERE counted GROUP BY 2, 3 ORDER BY 2, 3;
    FOR l IN SELECT level FROM maps_levels() level WHERE level < 21 ORDER BY level DESC LOOP
        INSERT INTO maps_aggregate (level, commodity, code, n, sx, sy, ids, spots)
            SELECT l, commodity, code >> (2 * (above - l)), sum(n), sum(sx), sum(sy), sum(ids), sum(spots)
            FROM maps_aggregate WHERE level = above GROUP BY 2, 3 ORDER BY 2, 3;
        above := l;
    END LOOP;
    UPDATE maps_tile_state SET version = version + 1;
END $$;
