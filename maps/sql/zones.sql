-- New boundaries: villages are derived anew from the points, but only rows whose village changes are written, which
-- runs the triggers of place.sql. A moved label point is public too, for places that show no more than their village.
DROP TRIGGER IF EXISTS maps_zones ON geography_zone;

CREATE OR REPLACE FUNCTION maps_zones_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[];
BEGIN
    IF tg_op = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM target WHERE area IS NOT NULL) THEN RETURN NULL; END IF;
    ELSIF tg_op = 'UPDATE' THEN
        IF NOT EXISTS (
            SELECT FROM target n JOIN source o USING (code)
            WHERE (n.level, n.area, n.label_point) IS DISTINCT FROM (o.level, o.area, o.label_point)
        ) THEN RETURN NULL; END IF;
    END IF;
    -- whoever is writing a point ends first, and later writers find the new boundaries
    LOCK TABLE companies_company, permits_permitsite IN SHARE ROW EXCLUSIVE MODE;
    UPDATE companies_company SET point = point
        WHERE point IS NOT NULL AND village_id IS DISTINCT FROM geography_village_of(point);
    UPDATE permits_permitsite SET point = point
        WHERE point IS NOT NULL AND village_id IS DISTINCT FROM geography_village_of(point);
    IF tg_op = 'UPDATE' THEN
        SELECT array_agg(DISTINCT s.permit_id) INTO ids
        FROM target n JOIN source o USING (code) JOIN permits_permitsite s ON s.village_id = n.code
        WHERE n.label_point IS DISTINCT FROM o.label_point;
        -- touching a permit runs its trigger, with the locks of place.sql
        UPDATE permits_permit SET published = published WHERE id = ANY (ids) AND published;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER maps_insert AFTER INSERT ON geography_zone REFERENCING NEW TABLE AS target
    FOR EACH STATEMENT EXECUTE FUNCTION maps_zones_changed();
CREATE TRIGGER maps_update AFTER UPDATE ON geography_zone REFERENCING OLD TABLE AS source NEW TABLE AS target
    FOR EACH STATEMENT EXECUTE FUNCTION maps_zones_changed();
CREATE TRIGGER maps_delete AFTER DELETE ON geography_zone
    FOR EACH STATEMENT EXECUTE FUNCTION maps_zones_changed();
