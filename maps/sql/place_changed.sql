-- What a change of maps_place means for tiles: deltas for the pyramid, and pins. A change among rows that are not
-- counted (a withdrawn consent on a revoked permit) leaves a delta of nothing, so that the version rises: such rows
-- are in tiles of other statuses, and must not outlive the change in a cache.
CREATE OR REPLACE FUNCTION maps_place_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    -- one statement of maps_place_write() fires all three triggers, most of them for no row
    IF tg_op <> 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM source) THEN RETURN NULL; END IF;
        INSERT INTO maps_delta (n, zcode, x, y, commodities, place_id)
            SELECT -1, zcode, round(ST_X(point) * 100), round(ST_Y(point) * 100), commodities, id
            FROM source WHERE counted
            UNION ALL (SELECT 0, 0, 0, 0, '{}', 0 FROM source WHERE NOT counted LIMIT 1);
        DELETE FROM maps_pin USING source o, maps_pins(ROW(o.*)::maps_place) i
            WHERE maps_pin.commodity = i.commodity AND maps_pin.zcode = i.zcode AND maps_pin.place_id = i.place_id;
    END IF;
    IF tg_op <> 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM target) THEN RETURN NULL; END IF;
        INSERT INTO maps_delta (n, zcode, x, y, commodities, place_id)
            SELECT 1, zcode, round(ST_X(point) * 100), round(ST_Y(point) * 100), commodities, id
            FROM target WHERE counted
            UNION ALL (SELECT 0, 0, 0, 0, '{}', 0 FROM target WHERE NOT counted LIMIT 1);
        INSERT INTO maps_pin SELECT i.* FROM target t, maps_pins(ROW(t.*)::maps_place) i;
    END IF;
    RETURN NULL;
END $$;
