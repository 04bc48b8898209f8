-- What a tile needs of a site to count it under any filter. Commodity 0: all that is counted, -1: all that is not
-- (ended, suspended …, and still on the map of who asks for such).
ALTER TABLE maps_pin
    ADD IF NOT EXISTS suspended_on date, ADD IF NOT EXISTS revoked_on date, ADD IF NOT EXISTS replaced boolean;

-- The pins of a place: the one definition, for the trigger, for publish and for its check.
CREATE OR REPLACE FUNCTION maps_pins(p maps_place) RETURNS SETOF maps_pin
LANGUAGE sql IMMUTABLE AS $$
    SELECT c, p.zcode, p.id, p.type_id, p.village_id, p.source, p.registered_only, p.valid_until,
           round(ST_X(p.point) * 100)::bigint, round(ST_Y(p.point) * 100)::bigint, p.commodities,
           p.suspended_on, p.revoked_on, p.replaced_by IS NOT NULL
    FROM unnest(CASE WHEN p.counted THEN 0::bigint || p.commodities ELSE '{-1}' END) c
    WHERE p.zcode IS NOT NULL
$$;
