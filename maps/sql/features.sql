-- What maps/api/features.py writes GeoJSON with.

-- Degrees of EPSG:3857 in steps of 10^-7, a centimetre: the shortest text says just that.
CREATE FUNCTION maps_lon(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(x * (180 / 20037508.342789244 * 1e7)) / 1e7
$$;
CREATE FUNCTION maps_lat(y float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT round(degrees(2 * atan(exp(y / 6378137)) - pi() / 2) * 1e7) / 1e7
$$;

-- Percent-encoded for a query string, everything but what never needs it.
CREATE FUNCTION maps_quote(words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE quoted CONSTANT text := replace(replace(words, ' ', '%20'), ',', '%2C');
BEGIN
    IF words ~ '^[A-Za-z0-9_.~ ,-]*$' THEN RETURN quoted; END IF;
    RETURN (SELECT string_agg(CASE WHEN c ~ '[A-Za-z0-9_.~-]' THEN c
            ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY n)
        FROM regexp_split_to_table(words, '') WITH ORDINALITY each (c, n));
END $$;

-- Links that open map applications: geoportal/geography/directions.py in JSON.
CREATE FUNCTION maps_directions(lon float8, lat float8, name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    y CONSTANT text := lat::numeric(9, 6);
    x CONSTANT text := lon::numeric(9, 6);
    spot CONSTANT text := y || '%2C' || x;
    plain CONSTANT text := y || ',' || x;
    label CONSTANT text := maps_quote(name);
BEGIN
    RETURN concat('{"google":"https://www.google.com/maps/dir/?api=1&destination=', spot,
        '","osm":"https://www.openstreetmap.org/directions?to=', spot, '#map=17/', y, '/', x,
        '","waze":"https://www.waze.com/ul?ll=', spot, '&navigate=yes',
        '","apple":"https://maps.apple.com/?daddr=', spot, '&q=', label, '&dirflg=d',
        '","geo":"geo:', plain, '?q=', plain, '(', label, ')"}');
END $$;


-- Permits with one site, as most are, are told apart without a look at them.
CREATE INDEX maps_place_more_sites ON maps_place (permit_id) WHERE NOT first_site;
