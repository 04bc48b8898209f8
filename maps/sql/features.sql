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

-- One feature for each place, in no order: of its permit, with all sites of that. `here` (EPSG:4326) is what distances are
-- from; a permit's page is `before`, its public id, `after`; nobody is sent to a point that is not `reachable`. In plpgsql,
-- since planning would take longer than one feature. concat(), not json_build_object(): several times as fast.
CREATE FUNCTION maps_features(places bigint[], here geometry, before text, after text, reachable text[])
RETURNS TABLE (place_id bigint, feature text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH page AS MATERIALIZED (
        SELECT m.*, coalesce(nullif(m.company_name, ''), m.number) AS title FROM maps_place m WHERE m.id = ANY (places)
    ), kinds AS MATERIALIZED (
        SELECT id, location_kind = 'signboard' AS is_signboard,
            concat(',"type":{"code":', to_json(code), ',"name":', to_json(name), '},"company":') AS part
        FROM permits_permittype WHERE id IN (SELECT type_id FROM page)
    ), villages AS MATERIALIZED (
        SELECT code, concat('],"zone":{"code":', to_json(code), ',"name":', to_json(name), '},"status":"') AS part
        FROM geography_zone WHERE code IN (SELECT village_id FROM page)
    ), mixes AS MATERIALIZED (  -- few sets of commodities, many permits with them
        SELECT commodities, commodities_broad, (
            SELECT string_agg(concat('{"slug":', to_json(c.slug), ',"name":', to_json(c.name), ',"certain":',
                (one <> ALL (commodities_broad))::text, '}'), ',' ORDER BY n)
            FROM unnest(commodities) WITH ORDINALITY each (one, n) JOIN companies_commodity c ON c.id = one) AS part
        FROM (SELECT DISTINCT commodities, commodities_broad FROM page) mix
    ), chosen AS (
        SELECT m.*, k.is_signboard, k.part AS kind, v.part AS village, x.part AS goods,
            -- most permits have one site; of the others every one is told, and the first is where directions lead
            CASE WHEN m.first_site AND NOT EXISTS (
                SELECT FROM maps_place o WHERE o.permit_id = m.permit_id AND NOT o.first_site
            ) THEN CASE WHEN m.point IS NULL THEN '{}' ELSE ARRAY[m.point] END
            ELSE array(SELECT o.point FROM maps_place o WHERE o.permit_id = m.permit_id AND o.point IS NOT NULL
                ORDER BY o.first_site DESC, o.id) END AS points
        FROM page m JOIN kinds k ON k.id = m.type_id
        JOIN mixes x ON x.commodities = m.commodities AND x.commodities_broad = m.commodities_broad
        LEFT JOIN villages v ON v.code = m.village_id
        OFFSET 0
    )
    SELECT p.id, concat('{"id":"', p.public_id, '","type":"Feature","geometry":',
        CASE cardinality(p.points)
            WHEN 0 THEN 'null'
            WHEN 1 THEN concat('{"type":"Point","coordinates":[', first.lon, ',', first.lat, ']}')
            ELSE (SELECT concat('{"type":"MultiPoint","coordinates":[', string_agg(
                concat('[', maps_lon(ST_X(o.point)), ',', maps_lat(ST_Y(o.point)), ']'), ',' ORDER BY o.n), ']}')
                FROM unnest(p.points) WITH ORDINALITY o (point, n)) END,
        ',"properties":{"id":"', p.public_id, '","number":', to_json(p.number), p.kind,
        CASE WHEN p.company_id IS NULL THEN 'null'
            ELSE concat('{"name":', to_json(p.company_name), ',"slug":"', p.company_slug, '"}') END,
        ',"commodities":[', p.goods,
        coalesce(p.village, '],"zone":null,"status":"'), permits_status(
            p.registered_only, p.revoked_on, p.suspended_on, p.replaced_by IS NOT NULL, p.valid_until),
        '","source":"', p.source, '","risk":"', p.risk,
        '","issued_on":', coalesce(to_json(p.issued_on)::text, 'null'),
        ',"valid_until":', coalesce(to_json(p.valid_until)::text, 'null'),
        ',"replaced_by":', coalesce(to_json(p.replaced_by)::text, 'null'),
        ',"location_quality":"', p.quality, '","location_withheld":', p.withheld::text,
        ',"distance":', CASE WHEN here IS NULL THEN 'null' ELSE coalesce((
            SELECT round(min(ST_DistanceSpheroid(ST_Transform(point, 4326), here))::numeric, 1)::text
            FROM unnest(p.points) point), 'null') END,
        ',"validate_url":', to_json(concat(before, p.public_id, after)),
        ',"directions":', coalesce(CASE
            -- people want the company, not its billboard
            WHEN p.is_signboard THEN (
                SELECT maps_directions(ST_X(c.point), ST_Y(c.point), p.title)
                FROM maps_company c WHERE c.id = p.company_id AND NOT c.withheld AND c.quality = ANY (reachable))
            WHEN NOT p.withheld AND p.quality = ANY (reachable)
            THEN maps_directions(first.lon, first.lat, p.title) END, 'null'),
        ',"demo":', p.demo::text, '}}')
    FROM chosen p
    CROSS JOIN LATERAL (
        SELECT maps_lon(ST_X(p.points[1])) AS lon, maps_lat(ST_Y(p.points[1])) AS lat OFFSET 0
    ) first;
END $$;
