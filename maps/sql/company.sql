-- A holder as the public may see it. The exact place, address and contacts of a person need consent.
CREATE OR REPLACE VIEW maps_company AS
SELECT c.id, c.slug, c.name, c.legal_form,
    CASE WHEN terms.exact THEN c.address ELSE '' END AS address,
    c.village_id,
    CASE WHEN c.point IS NULL THEN 'unknown'
         WHEN terms.exact THEN c.quality
         WHEN z.code IS NULL THEN 'unknown' ELSE 'village' END AS quality,
    c.point IS NOT NULL AND NOT terms.exact AS withheld,
    CASE WHEN terms.exact THEN c.website ELSE '' END AS website,
    CASE WHEN c.consent_contact THEN c.phone END AS phone,
    CASE WHEN c.consent_contact THEN c.email END AS email,
    c.source, c.demo,
    CASE WHEN terms.exact THEN c.point ELSE z.label_point END AS point
FROM companies_company c
LEFT JOIN geography_zone z ON z.code = c.village_id
CROSS JOIN LATERAL (SELECT NOT companies_is_person(c.legal_form) OR c.consent_location AS exact) terms
WHERE EXISTS (SELECT FROM maps_place m WHERE m.company_id = c.id);
