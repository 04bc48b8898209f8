-- The one definition of what the public may see, and the function that writes it.
--
-- Codes: z-order (Morton) codes of 21 bits a side in EPSG:3857, so a cell of level l is code >> 2*(21-l), and a tile
-- z/x/y is one range. Coordinates in sums are whole centimetres: exact, whatever the order of additions.

CREATE OR REPLACE FUNCTION maps_spread(v bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN  -- bits of v, a zero between each two
    v := v & 2097151;
    v := (v | (v << 16)) & 281470681808895;
    v := (v | (v << 8)) & 71777214294589695;
    v := (v | (v << 4)) & 1085102592571150095;
    v := (v | (v << 2)) & 3689348814741910323;
    RETURN (v | (v << 1)) & 6148914691236517205;
END $$;

CREATE OR REPLACE FUNCTION maps_zcode(point geometry) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    half CONSTANT float8 := 20037508.342789244;
BEGIN
    RETURN maps_spread(least(greatest(floor((ST_X(point) + half) / (2 * half) * 2097152), 0), 2097151)::bigint)
        | (maps_spread(least(greatest(floor((half - ST_Y(point)) / (2 * half) * 2097152), 0), 2097151)::bigint) << 1);
END $$;

-- What the public may see, from the tables behind: the one definition.
CREATE OR REPLACE VIEW maps_place_source AS
SELECT
    coalesce(s.id, -p.id) AS id,
    p.id AS permit_id,
    s.id IS NULL OR s.id = f.id AS first_site,
    p.public_id, p.number, p.type_id, p.purpose,
    CASE WHEN t.holder_public THEN c.id END AS company_id,
    CASE WHEN t.holder_public THEN c.name ELSE '' END AS company_name,
    CASE WHEN t.holder_public THEN c.slug ELSE '' END AS company_slug,
    coalesce(k.ids, '{}') AS commodities,
    coalesce(k.broad, '{}') AS commodities_broad,
    CASE WHEN terms.exact THEN coalesce(s.label, '') ELSE '' END AS label,
    CASE WHEN terms.exact THEN coalesce(s.address, '') ELSE '' END AS address,
    CASE WHEN t.location_public <> 'none' THEN s.village_id END AS village_id,
    CASE WHEN shown.point IS NULL THEN 'unknown' WHEN terms.exact THEN s.quality ELSE 'village' END AS quality,
    s.point IS NOT NULL AND NOT terms.exact AS withheld,
    p.source, p.risk, p.registered_only,
    p.issued_on, p.valid_from, p.valid_until, p.suspended_on, p.revoked_on,
    successor.public_id AS replaced_by,
    p.missing_since, p.demo,
    shown.point,
    shown.point IS NOT NULL AND permits_status(
        p.registered_only, p.revoked_on, p.suspended_on, p.replaced_by_id IS NOT NULL, p.valid_until
    ) IN ('in_force', 'ending', 'registered') AS counted,
    -- the last day on which that holds if nobody writes: least() passes over NULLs
    CASE WHEN p.registered_only THEN p.revoked_on - 1
         ELSE least(p.valid_until, p.suspended_on - 1, p.revoked_on - 1) END AS counted_until,
    maps_zcode(shown.point) AS zcode
FROM permits_permit p
JOIN permits_permittype t ON t.id = p.type_id
JOIN companies_company c ON c.id = p.company_id
LEFT JOIN permits_permit successor ON successor.id = p.replaced_by_id
LEFT JOIN permits_permitsite s ON s.permit_id = p.id
LEFT JOIN LATERAL (
    SELECT id FROM permits_permitsite WHERE permit_id = p.id ORDER BY ordinal LIMIT 1
) f ON true
LEFT JOIN geography_zone z ON z.code = s.village_id
LEFT JOIN LATERAL (
    SELECT array_agg(commodity_id ORDER BY commodity_id) AS ids,
           array_agg(commodity_id ORDER BY commodity_id) FILTER (WHERE provenance = 'kbli_broad') AS broad
    FROM permits_permitcommodity WHERE permit_id = p.id
) k ON true
CROSS JOIN LATERAL (
    SELECT t.location_public = 'exact' AND t.holder_public
       AND (NOT companies_is_person(c.legal_form) OR c.consent_location) AS exact
) terms
CROSS JOIN LATERAL (
    SELECT ST_Transform(CASE WHEN terms.exact THEN s.point
                             WHEN t.location_public <> 'none' THEN z.label_point END, 3857)::geometry(Point, 3857) AS point
    OFFSET 0
) shown
WHERE p.published;

CREATE OR REPLACE FUNCTION maps_place_write(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH source AS MATERIALIZED (SELECT * FROM maps_place_source WHERE permit_id = ANY (ids)),
    gone AS (
        DELETE FROM maps_place m WHERE m.permit_id = ANY (ids)
            AND NOT EXISTS (SELECT FROM source s WHERE s.id = m.id)
    )
    INSERT INTO maps_place AS m ({columns}) SELECT {columns} FROM source
    ON CONFLICT (id) DO UPDATE SET ({columns}) = ROW ({excluded})
    WHERE ROW ({current}) IS DISTINCT FROM ROW ({excluded});
END $$;
