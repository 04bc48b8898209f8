-- From the rows of import_row, each with its company, to permits, sites and commodities.
-- Parameters: source, several (rows of one ref are sites of one permit), protected (qualities that a file does not
-- replace), declares (the file names commodities), carrying (location kinds that carry commodities),
-- decides (the file says of suspension and revocation all there is), registered, refs (LIKE pattern of its refs).

-- Rows of one permit that name another holder or type than the row that counts. Without an id of the holder, the
-- same name at another site of the permit is no other holder.
-- name: quarrels
WITH best AS (
    SELECT DISTINCT ON (ref) ref, holder, nib, name, type_id, valid_from, issued_on, valid_until FROM import_row
    ORDER BY ref, valid_from DESC NULLS LAST, issued_on DESC NULLS LAST, valid_until DESC NULLS LAST, line
)
DELETE FROM import_row r USING best b
WHERE r.ref = b.ref
  AND (r.type_id <> b.type_id OR (
      r.holder <> b.holder AND (r.nib <> '' OR b.nib <> '' OR r.name IS NULL
          OR regexp_replace(lower(r.name), '[^[:alnum:]]', '', 'g') <> regexp_replace(lower(b.name), '[^[:alnum:]]', '', 'g'))
  ))
  AND (NOT %(several)s OR (r.valid_from, r.issued_on, r.valid_until)
       IS NOT DISTINCT FROM (b.valid_from, b.issued_on, b.valid_until))
RETURNING r.line, r.ref;

-- The row that counts: of the latest term, the first of several sites, or the last where a row came twice.
-- name: gather
INSERT INTO import_permit (ref, permit_id, line, number, type_id, purpose, registered_only, risk, kbli_code,
    kbli_edition, issued_on, valid_from, valid_until, suspended_on, revoked_on, chain, public_id)
SELECT DISTINCT ON (r.ref) r.ref, p.id, r.line, r.number, r.type_id, r.purpose, r.registered_only, r.risk,
    r.kbli_code, r.kbli_edition, r.issued_on, r.valid_from, r.valid_until, r.suspended_on, r.revoked_on, r.chain,
    r.public_id
FROM import_row r
LEFT JOIN permits_permit p ON p.source = %(source)s AND p.source_ref = r.ref
ORDER BY r.ref, r.valid_from DESC NULLS LAST, r.issued_on DESC NULLS LAST, r.valid_until DESC NULLS LAST,
    CASE WHEN %(several)s THEN r.line ELSE -r.line END;
ANALYZE import_permit;

-- name: same_number
WITH twice AS (
    SELECT i.ref, row_number() OVER (PARTITION BY i.number ORDER BY i.permit_id IS NULL, i.line) > 1
        OR EXISTS (SELECT FROM permits_permit p WHERE p.number = i.number AND p.id IS DISTINCT FROM i.permit_id) AS taken
    FROM import_permit i
),
dropped AS (
    DELETE FROM import_permit i USING twice t WHERE i.ref = t.ref AND t.taken RETURNING i.ref
)
DELETE FROM import_row r USING dropped d WHERE r.ref = d.ref RETURNING r.line, r.ref;

-- Rows of the term that counts: the only ones that tell of holder, sites and commodities.
-- name: count_rows
UPDATE import_row r SET counted = true, holder = b.holder
FROM import_permit i JOIN import_row b ON b.line = i.line
WHERE r.ref = i.ref AND CASE WHEN %(several)s
    THEN (r.valid_from, r.issued_on, r.valid_until) IS NOT DISTINCT FROM (i.valid_from, i.issued_on, i.valid_until)
    ELSE r.line = i.line END;
ANALYZE import_row;

-- name: companies
UPDATE import_permit i SET company_id = r.company_id FROM import_row r WHERE r.line = i.line;

-- name: renewals
UPDATE import_permit i SET purpose = 'renewal'
FROM (
    SELECT ref, row_number() OVER (PARTITION BY chain ORDER BY coalesce(valid_from, issued_on) NULLS FIRST, line) AS n
    FROM import_permit WHERE chain <> ''
) c
WHERE i.ref = c.ref AND c.n > 1 AND i.purpose = 'new';

-- name: insert
INSERT INTO permits_permit (public_id, number, type_id, company_id, purpose, source, source_ref, registered_only, risk,
    kbli_code, kbli_edition, issued_on, valid_from, valid_until, suspended_on, revoked_on, published, demo, created_at)
SELECT public_id, number, type_id, company_id, purpose, %(source)s, ref, registered_only, risk,
    kbli_code, kbli_edition, issued_on, valid_from, valid_until, suspended_on, revoked_on, false, false, now()
FROM import_permit WHERE permit_id IS NULL ORDER BY line;

-- name: number_new
UPDATE import_permit i SET permit_id = p.id, made = true
FROM permits_permit p WHERE i.permit_id IS NULL AND p.public_id = i.public_id;

-- name: update
WITH changed AS (
    UPDATE permits_permit p
    SET number = i.number, type_id = i.type_id, company_id = i.company_id, purpose = i.purpose,
        registered_only = i.registered_only, risk = i.risk, kbli_code = i.kbli_code, kbli_edition = i.kbli_edition,
        issued_on = i.issued_on, valid_from = i.valid_from, valid_until = i.valid_until,
        suspended_on = i.suspended_on, revoked_on = i.revoked_on, missing_since = NULL
    FROM (
        SELECT i.permit_id, i.number, i.type_id, i.company_id, i.purpose, i.registered_only, i.risk, i.kbli_code,
            i.kbli_edition, i.issued_on, i.valid_from, i.valid_until,
            CASE WHEN %(decides)s THEN i.suspended_on ELSE coalesce(i.suspended_on, p.suspended_on) END AS suspended_on,
            CASE WHEN %(decides)s THEN i.revoked_on ELSE coalesce(i.revoked_on, p.revoked_on) END AS revoked_on
        FROM import_permit i JOIN permits_permit p ON p.id = i.permit_id WHERE NOT i.made
    ) i
    WHERE p.id = i.permit_id AND (
        p.missing_since IS NOT NULL
        OR (p.number, p.type_id, p.company_id, p.purpose, p.registered_only, p.risk, p.kbli_code, p.kbli_edition,
            p.issued_on, p.valid_from, p.valid_until, p.suspended_on, p.revoked_on)
           IS DISTINCT FROM
           (i.number, i.type_id, i.company_id, i.purpose, i.registered_only, i.risk, i.kbli_code, i.kbli_edition,
            i.issued_on, i.valid_from, i.valid_until, i.suspended_on, i.revoked_on)
    )
    RETURNING p.id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: sites
INSERT INTO import_site (permit_id, ordinal, label, address, point, quality)
SELECT permit_id, row_number() OVER (PARTITION BY permit_id ORDER BY line), label, address, point, quality
FROM (
    SELECT i.permit_id, min(r.line) AS line, r.label, r.address, r.point, r.quality
    FROM import_permit i
    JOIN import_row r ON r.ref = i.ref AND r.counted
    WHERE r.label <> '' OR r.address <> '' OR r.point IS NOT NULL
    GROUP BY i.permit_id, r.label, r.address, r.point, r.quality
) s;
ANALYZE import_site;

-- name: drop_sites
WITH changed AS (
    DELETE FROM permits_permitsite s USING import_permit i
    WHERE s.permit_id = i.permit_id AND NOT i.made AND s.quality <> ALL (%(protected)s)
      AND NOT EXISTS (SELECT FROM import_site t WHERE t.permit_id = s.permit_id AND t.ordinal = s.ordinal)
    RETURNING s.permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: update_sites
WITH changed AS (
    UPDATE permits_permitsite s
    SET label = w.label, address = w.address, point = w.point, quality = w.quality
    FROM (
        SELECT s.id, t.label, t.address,
            CASE WHEN takes THEN t.point ELSE s.point END AS point,
            CASE WHEN takes THEN t.quality ELSE s.quality END AS quality
        FROM import_site t
        JOIN permits_permitsite s USING (permit_id, ordinal)
        CROSS JOIN LATERAL (
            SELECT s.quality <> ALL (%(protected)s) OR t.quality = ANY (%(protected)s) AS takes
        ) better
    ) w
    WHERE s.id = w.id AND (s.label, s.address, s.quality, s.point::text)
        IS DISTINCT FROM (w.label, w.address, w.quality, w.point::text)
    RETURNING s.permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: insert_sites
WITH changed AS (
    INSERT INTO permits_permitsite (permit_id, ordinal, label, address, point, quality)
    SELECT permit_id, ordinal, label, address, point, quality FROM import_site t
    WHERE NOT EXISTS (SELECT FROM permits_permitsite s WHERE s.permit_id = t.permit_id AND s.ordinal = t.ordinal)
    ORDER BY permit_id, ordinal
    RETURNING permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: commodities
INSERT INTO import_commodity (permit_id, commodity_id, provenance)
SELECT DISTINCT ON (permit_id, commodity_id) permit_id, commodity_id, provenance
FROM (
    SELECT i.permit_id, i.type_id, k.commodity_id,
        CASE WHEN k.exact THEN 'kbli_exact' ELSE 'kbli_broad' END AS provenance, CASE WHEN k.exact THEN 1 ELSE 2 END AS trust
    FROM import_permit i JOIN companies_commoditykbli k ON k.code = i.kbli_code AND k.edition = i.kbli_edition
    UNION ALL
    SELECT i.permit_id, i.type_id, d.id, 'declared', 0
    FROM import_permit i
    JOIN import_row r ON r.ref = i.ref AND r.counted
    CROSS JOIN LATERAL unnest(r.declared) d (id)
) found
JOIN permits_permittype t ON t.id = found.type_id AND t.location_kind = ANY (%(carrying)s)
ORDER BY permit_id, commodity_id, trust;
ANALYZE import_commodity;

-- name: drop_commodities
WITH changed AS (
    DELETE FROM permits_permitcommodity c USING import_permit i
    WHERE c.permit_id = i.permit_id AND NOT i.made AND (c.provenance <> 'declared' OR %(declares)s)
      AND NOT EXISTS (
          SELECT FROM import_commodity w WHERE w.permit_id = c.permit_id AND w.commodity_id = c.commodity_id
      )
    RETURNING c.permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: update_commodities
WITH changed AS (
    UPDATE permits_permitcommodity c SET provenance = w.provenance
    FROM import_commodity w
    WHERE c.permit_id = w.permit_id AND c.commodity_id = w.commodity_id AND c.provenance <> w.provenance
      AND (c.provenance <> 'declared' OR %(declares)s)
    RETURNING c.permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: insert_commodities
WITH changed AS (
    INSERT INTO permits_permitcommodity (permit_id, commodity_id, provenance)
    SELECT permit_id, commodity_id, provenance FROM import_commodity w
    WHERE NOT EXISTS (
        SELECT FROM permits_permitcommodity c WHERE c.permit_id = w.permit_id AND c.commodity_id = w.commodity_id
    )
    ORDER BY permit_id, commodity_id
    RETURNING permit_id AS id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- A term is replaced by the next one of its chain, once that has begun.
-- name: chain
WITH terms AS (
    SELECT permit_id, chain, lead(permit_id) OVER w AS later, lead(coalesce(valid_from, issued_on)) OVER w AS begins
    FROM import_permit WHERE chain <> ''
    WINDOW w AS (PARTITION BY chain ORDER BY coalesce(valid_from, issued_on) NULLS FIRST, line)
),
changed AS (
    UPDATE permits_permit p SET replaced_by_id = t.later
    FROM (
        SELECT permit_id, chain, CASE WHEN begins > current_date THEN NULL ELSE later END AS later FROM terms
    ) t
    WHERE p.id = t.permit_id AND p.replaced_by_id IS DISTINCT FROM t.later
      AND (t.later IS NOT NULL OR p.replaced_by_id IN (SELECT o.permit_id FROM terms o WHERE o.chain = t.chain))
    RETURNING p.id
)
UPDATE import_permit i SET touched = true FROM changed WHERE i.permit_id = changed.id;

-- name: missing
UPDATE permits_permit p SET missing_since = current_date
WHERE p.source = %(source)s AND p.registered_only = %(registered)s AND p.source_ref LIKE %(refs)s AND NOT p.demo
  AND p.missing_since IS NULL AND NOT EXISTS (SELECT FROM import_seen s WHERE s.ref = p.source_ref);

-- name: publish
UPDATE permits_permit p SET published = true FROM import_permit i WHERE i.made AND p.id = i.permit_id;

-- name: outcome
SELECT count(*) FILTER (WHERE made), count(*) FILTER (WHERE touched AND NOT made),
    count(*) FILTER (WHERE NOT touched AND NOT made), (SELECT count(*) FROM import_row) - count(*)
FROM import_permit;
