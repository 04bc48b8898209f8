-- The pyramid: how many sites stand in each cell of a quadtree, kept without a lock that writers share.
-- Writers append to maps_delta; a fold, by whoever notices, moves deltas into maps_aggregate and raises the
-- version in the same transaction, so that a version that can be read always stands for content that can.

CREATE TABLE maps_aggregate (
    level smallint, commodity bigint, code bigint,  -- commodity 0: all
    n int NOT NULL, sx bigint NOT NULL, sy bigint NOT NULL,
    PRIMARY KEY (level, commodity, code)
) WITH (fillfactor = 90);

CREATE TABLE maps_delta (
    n smallint NOT NULL, zcode bigint NOT NULL, x bigint NOT NULL, y bigint NOT NULL, commodities bigint[] NOT NULL
);

-- One narrow row for each counted site and each of its commodities, and one with commodity 0.
CREATE TABLE maps_pin (
    commodity bigint, zcode bigint, place_id bigint,
    type_id bigint NOT NULL, village_id varchar(20), source varchar(10) NOT NULL,
    registered_only boolean NOT NULL, valid_until date,
    x bigint NOT NULL, y bigint NOT NULL, commodities bigint[] NOT NULL,
    PRIMARY KEY (commodity, zcode, place_id)
);

CREATE TABLE maps_tile_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL DEFAULT 1, folded_on date
);
INSERT INTO maps_tile_state DEFAULT VALUES;

CREATE INDEX maps_place_counted_until ON maps_place (counted_until) WHERE counted;

CREATE TRIGGER maps_place_insert AFTER INSERT ON maps_place REFERENCING NEW TABLE AS target
    FOR EACH STATEMENT EXECUTE FUNCTION maps_place_changed();
CREATE TRIGGER maps_place_update AFTER UPDATE ON maps_place REFERENCING OLD TABLE AS source NEW TABLE AS target
    FOR EACH STATEMENT EXECUTE FUNCTION maps_place_changed();
CREATE TRIGGER maps_place_delete AFTER DELETE ON maps_place REFERENCING OLD TABLE AS source
    FOR EACH STATEMENT EXECUTE FUNCTION maps_place_changed();

CREATE OR REPLACE FUNCTION maps_place_emptied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM maps_delta;
    DELETE FROM maps_aggregate;
    DELETE FROM maps_pin;
    UPDATE maps_tile_state SET version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER maps_place_truncate AFTER TRUNCATE ON maps_place FOR EACH STATEMENT EXECUTE FUNCTION maps_place_emptied();

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
        SELECT zcode >> 8 AS code, c, sum(n) AS n, sum(n * x) AS sx, sum(n * y) AS sy
        FROM taken, unnest(0::bigint || commodities) c GROUP BY 1, 2
    ), cells AS (
        SELECT l AS level, c AS commodity, code >> (2 * (17 - l)) AS code, sum(n) AS n, sum(sx) AS sx, sum(sy) AS sy
        FROM base, generate_series(5, 17) l GROUP BY 1, 2, 3
        HAVING sum(n) <> 0 OR sum(sx) <> 0 OR sum(sy) <> 0
    ), written AS (
        INSERT INTO maps_aggregate AS a SELECT * FROM cells ORDER BY 1, 2, 3
        ON CONFLICT (level, commodity, code)
            DO UPDATE SET n = a.n + excluded.n, sx = a.sx + excluded.sx, sy = a.sy + excluded.sy
    )
    SELECT count(*) INTO folded FROM taken;
    UPDATE maps_tile_state SET version = version + (folded > 0 OR folded_on IS DISTINCT FROM current_date)::int,
        folded_on = current_date WHERE folded > 0 OR folded_on IS DISTINCT FROM current_date;
    RETURN folded;
END $$;

-- The version of everything that tiles show. Folds what waits; a new day is a new version (statuses follow dates).
CREATE OR REPLACE FUNCTION maps_tile_version() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM maps_delta) OR (SELECT folded_on IS DISTINCT FROM current_date FROM maps_tile_state) THEN
        PERFORM maps_fold_deltas();
    END IF;
    RETURN (SELECT version FROM maps_tile_state);
END $$;

-- Everything anew, for after a large load: quicker than folding when more than a tenth of all sites changed.
CREATE OR REPLACE FUNCTION maps_rebuild() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7302);
    LOCK TABLE maps_place IN SHARE MODE;  -- no writer between the count and the emptied deltas
    DELETE FROM maps_delta;
    DELETE FROM maps_aggregate;
    INSERT INTO maps_aggregate
        SELECT 17, c, zcode >> 8, count(*), sum(round(ST_X(point) * 100)::bigint), sum(round(ST_Y(point) * 100)::bigint)
        FROM maps_place, unnest(0::bigint || commodities) c WHERE counted GROUP BY 2, 3 ORDER BY 2, 3;
    FOR l IN REVERSE 16..5 LOOP
        INSERT INTO maps_aggregate SELECT l, commodity, code >> 2, sum(n), sum(sx), sum(sy)
        FROM maps_aggregate WHERE level = l + 1 GROUP BY 2, 3 ORDER BY 2, 3;
    END LOOP;
    UPDATE maps_tile_state SET version = version + 1;
END $$;
