-- What a tile needs of a site to count it under any filter: one narrow row for each counted site and each of its
-- commodities, one with commodity 0 (all that is counted), or one with -1 for what is not counted (ended, suspended …,
-- and still on the map of who asks for such). In parts, so that whoever looks through all of one kind reads no more.
DROP TABLE IF EXISTS maps_pin CASCADE;
CREATE TABLE maps_pin (
    zcode bigint, place_id bigint, x int NOT NULL, y int NOT NULL,  -- whole centimetres of EPSG:3857
    commodity int, type_id int NOT NULL, ordinal smallint NOT NULL,  -- of the commodity among the site's, from 1
    valid_until date, suspended_on date, revoked_on date,
    registered_only boolean NOT NULL, replaced boolean NOT NULL,
    source varchar(10) NOT NULL, village_id varchar(20), commodities int[] NOT NULL,
    PRIMARY KEY (commodity, zcode, place_id)
) PARTITION BY LIST (commodity);
CREATE TABLE maps_pin_counted PARTITION OF maps_pin FOR VALUES IN (0);
CREATE TABLE maps_pin_hidden PARTITION OF maps_pin FOR VALUES IN (-1);
CREATE TABLE maps_pin_commodity PARTITION OF maps_pin DEFAULT;

-- The pins of a place: the one definition, for the trigger, for publish and for its check.
CREATE OR REPLACE FUNCTION maps_pins(p maps_place) RETURNS SETOF maps_pin
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT p.zcode, p.id, round(ST_X(p.point) * 100)::int, round(ST_Y(p.point) * 100)::int, c::int, p.type_id::int,
           nth::smallint - 1::smallint,
           p.valid_until, p.suspended_on, p.revoked_on, p.registered_only, p.replaced_by IS NOT NULL,
           p.source, p.village_id, p.commodities::int[]
    FROM unnest(CASE WHEN p.counted THEN 0::bigint || p.commodities ELSE '{-1}' END)
        WITH ORDINALITY AS each (c, nth)
    WHERE p.zcode IS NOT NULL
$$;
