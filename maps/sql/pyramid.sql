-- The pyramid: how many sites stand in each cell of a quadtree, kept without a lock that writers share.
-- Writers append to maps_delta; a fold, by whoever notices, moves deltas into maps_aggregate and raises the
-- version in the same transaction, so that a version that can be read always stands for content that can. The fold is
-- in fold.sql.

CREATE TABLE maps_aggregate (
    level smallint, commodity bigint, code bigint,  -- commodity 0: all
    n int NOT NULL, sx bigint NOT NULL, sy bigint NOT NULL, ids bigint NOT NULL, spots int NOT NULL,
    PRIMARY KEY (level, commodity, code)
) WITH (fillfactor = 90);

CREATE TABLE maps_delta (
    n smallint NOT NULL, zcode bigint NOT NULL, x bigint NOT NULL, y bigint NOT NULL, commodities bigint[] NOT NULL,
    place_id bigint NOT NULL
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

-- The version of everything that tiles show. Folds what waits; a new day is a new version (statuses follow dates).
CREATE OR REPLACE FUNCTION maps_tile_version() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM maps_delta) OR (SELECT folded_on IS DISTINCT FROM current_date FROM maps_tile_state) THEN
        PERFORM maps_fold_deltas();
    END IF;
    RETURN (SELECT version FROM maps_tile_state);
END $$;
