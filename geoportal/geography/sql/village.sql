-- The village that a point lies in; NULL outside every loaded village. On a shared border the lower code wins,
-- so that the answer does not depend on the order of rows.
CREATE OR REPLACE FUNCTION geography_village_of(place geometry) RETURNS varchar
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT code FROM geography_zone
    WHERE level = 'village' AND ST_Covers(area, place)
    ORDER BY code LIMIT 1
$$;

-- Row trigger for any table with (point, village_id).
CREATE OR REPLACE FUNCTION geography_derive_village() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.village_id := geography_village_of(NEW.point);
    RETURN NEW;
END $$;
