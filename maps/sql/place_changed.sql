-- What a change of maps_place means for tiles: deltas for the pyramid, and pins. A change among rows that are not
-- counted (a withdrawn consent on a revoked permit) leaves a delta of nothing, so that the version rises: such rows
-- are in tiles of other statuses, and must not outlive the change in a cache.
CREATE OR REPLACE FUNCTION maps_place_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO maps_delta
            SELECT -1, zcode, round(ST_X(point) * 100), round(ST_Y(point) * 100), commodities FROM source WHERE counted;
        INSERT INTO maps_delta SELECT 0, 0, 0, 0, '{}' WHERE EXISTS (SELECT FROM source WHERE NOT counted);
        DELETE FROM maps_pin USING source o, maps_pins(ROW(o.*)::maps_place) i
            WHERE maps_pin.commodity = i.commodity AND maps_pin.zcode = i.zcode AND maps_pin.place_id = i.place_id;
    END IF;
    IF tg_op <> 'DELETE' THEN
        INSERT INTO maps_delta
            SELECT 1, zcode, round(ST_X(point) * 100), round(ST_Y(point) * 100), commodities FROM target WHERE counted;
        INSERT INTO maps_delta SELECT 0, 0, 0, 0, '{}' WHERE EXISTS (SELECT FROM target WHERE NOT counted);
        INSERT INTO maps_pin SELECT i.* FROM target t, maps_pins(ROW(t.*)::maps_place) i;
    END IF;
    RETURN NULL;
END $$;
