-- From the rows of import_row to companies. Parameters: source, registered (are the rows registrations only).

-- One line for each holder: name and contacts of the newest row, place of the main project's.
-- name: gather
INSERT INTO import_holder
    (holder, name, legal_form, nib, slug, website, phone, email, as_of, main, address, point, quality)
SELECT holder, n.name, n.legal_form, n.nib, n.slug, n.website, c.phone, c.email, c.as_of,
    p.main, p.holder_address, p.point, p.quality
FROM (
    SELECT DISTINCT ON (holder) holder, name, legal_form, nib, slug, website FROM import_row WHERE counted
    ORDER BY holder, as_of DESC NULLS LAST, line DESC
) n
JOIN (
    SELECT DISTINCT ON (holder) holder, main, holder_address, point, quality FROM import_row WHERE counted
    ORDER BY holder, main DESC, array_position('{surveyed,building,street,village,unknown}', quality),
        as_of DESC NULLS LAST, line
) p USING (holder)
JOIN (
    SELECT holder, max(as_of) AS as_of,
        (array_agg(phone ORDER BY as_of DESC NULLS LAST, line DESC) FILTER (WHERE phone IS NOT NULL))[1] AS phone,
        (array_agg(email ORDER BY as_of DESC NULLS LAST, line DESC) FILTER (WHERE email IS NOT NULL))[1] AS email
    FROM import_row WHERE counted GROUP BY holder
) c USING (holder);
ANALYZE import_holder;

-- name: match_nib
UPDATE import_holder h SET company_id = c.id FROM companies_company c WHERE h.nib <> '' AND c.nib = h.nib;

-- Without a NIB: who holds the permit already, if it is the same name (or the file's own id of the holder) ...
-- name: match_permit
UPDATE import_holder h SET company_id = m.company_id
FROM (
    SELECT DISTINCT ON (r.holder) r.holder, p.company_id
    FROM import_row r
    JOIN permits_permit p ON p.source = %(source)s AND p.source_ref = r.ref
    JOIN companies_company c ON c.id = p.company_id AND c.nib IS NULL
    WHERE r.nib = '' AND r.counted AND (
        r.holder LIKE 'id:%%'
        OR regexp_replace(lower(c.name), '[^[:alnum:]]', '', 'g') = regexp_replace(lower(r.name), '[^[:alnum:]]', '', 'g')
    )
    ORDER BY r.holder, p.company_id
) m
WHERE h.nib = '' AND h.holder = m.holder;

-- ... else the same name at the same address.
-- name: match_name
UPDATE import_holder h SET company_id = m.id
FROM (
    SELECT DISTINCT ON (h.holder) h.holder, c.id
    FROM import_holder h
    JOIN companies_company c
      ON regexp_replace(lower(c.name), '[^[:alnum:]]', '', 'g') = regexp_replace(lower(h.name), '[^[:alnum:]]', '', 'g')
     AND regexp_replace(lower(c.address), '[^[:alnum:]]', '', 'g') = regexp_replace(lower(h.address), '[^[:alnum:]]', '', 'g')
    WHERE h.company_id IS NULL AND h.nib = '' AND h.address <> '' AND h.holder NOT LIKE 'id:%%'
      AND c.nib IS NULL AND NOT c.demo
    ORDER BY h.holder, c.id
) m
WHERE h.holder = m.holder;

-- What was merged into another company is that company, through any number of mergers.
-- name: merged
WITH RECURSIVE ends AS (
    SELECT duplicate_id, kept_id, 1 AS n FROM companies_merger
    UNION ALL
    SELECT e.duplicate_id, m.kept_id, e.n + 1 FROM ends e JOIN companies_merger m ON m.duplicate_id = e.kept_id
)
UPDATE import_holder h SET company_id = e.kept_id
FROM (SELECT DISTINCT ON (duplicate_id) duplicate_id, kept_id FROM ends ORDER BY duplicate_id, n DESC) e
WHERE e.duplicate_id = h.company_id;

-- Two holders of the file never become one company: the second is a company of its own.
-- name: part
UPDATE import_holder h SET company_id = NULL
FROM (
    SELECT h.holder, row_number() OVER (
        PARTITION BY h.company_id ORDER BY h.address IS DISTINCT FROM c.address, h.holder
    ) AS n
    FROM import_holder h JOIN companies_company c ON c.id = h.company_id
) d
WHERE d.n > 1 AND h.holder = d.holder;

-- Left as they are: what an owner looks after (a consent, a member), what another source brought, and what the
-- register knows from a newer row.
-- name: keep
UPDATE import_holder h SET kept = true
FROM companies_company c
WHERE c.id = h.company_id AND (
    c.source <> %(source)s OR c.demo OR c.consent_location OR c.consent_contact
    OR EXISTS (SELECT FROM companies_membership m WHERE m.company_id = c.id)
    OR h.as_of < (
        SELECT max(coalesce(p.issued_on, p.valid_from)) FROM permits_permit p
        WHERE p.company_id = c.id AND p.source = %(source)s AND p.registered_only = %(registered)s
    )
);

-- An address on the site is given once and stays; where the plain one is taken, it gets a random end.
-- name: name_new
UPDATE import_holder h
SET made = true,
    slug = CASE WHEN d.n = 1 AND NOT d.taken THEN h.slug
                ELSE h.slug || '-' || left(md5(gen_random_uuid()::text), 8) END
FROM (
    SELECT holder, row_number() OVER (PARTITION BY slug ORDER BY holder) AS n,
        EXISTS (SELECT FROM companies_company c WHERE c.slug = i.slug) AS taken
    FROM import_holder i WHERE company_id IS NULL
) d
WHERE h.holder = d.holder;

-- name: insert
INSERT INTO companies_company (slug, name, legal_form, nib, address, point, quality, phone, email, website,
    consent_location, consent_contact, source, demo, created_at)
SELECT slug, name, legal_form, nullif(nib, ''), address, point, quality, phone, email, website,
    false, false, %(source)s, false, now()
FROM import_holder WHERE made ORDER BY holder;

-- name: number_new
UPDATE import_holder h SET company_id = c.id FROM companies_company c WHERE h.made AND c.slug = h.slug;

-- name: contacts
SELECT h.holder, h.phone, c.phone, h.email, c.email
FROM import_holder h JOIN companies_company c ON c.id = h.company_id
WHERE NOT h.made AND NOT h.kept AND (h.phone IS NOT NULL OR h.email IS NOT NULL);

-- name: same_phone
UPDATE import_holder SET phone = NULL WHERE holder = ANY (%(holders)s);

-- name: same_email
UPDATE import_holder SET email = NULL WHERE holder = ANY (%(holders)s);

-- A blank never erases. A place better known than the file's stays.
-- name: update
UPDATE companies_company c
SET name = w.name, legal_form = w.legal_form, address = w.address, point = w.point, quality = w.quality,
    website = w.website, phone = coalesce(w.phone, c.phone), email = coalesce(w.email, c.email)
FROM (
    SELECT c.id, h.name, h.phone, h.email,
        CASE WHEN h.legal_form = 'unknown' THEN c.legal_form ELSE h.legal_form END AS legal_form,
        CASE WHEN takes AND h.address <> '' THEN h.address ELSE c.address END AS address,
        CASE WHEN takes THEN h.point ELSE c.point END AS point,
        CASE WHEN takes THEN h.quality ELSE c.quality END AS quality,
        coalesce(nullif(h.website, ''), c.website) AS website
    FROM import_holder h
    JOIN companies_company c ON c.id = h.company_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.point IS NULL THEN h.point IS NOT NULL OR h.main
                    WHEN NOT h.main OR h.point IS NULL THEN false
                    ELSE c.quality <> ALL (%(protected)s) OR h.quality = ANY (%(protected)s) END AS takes
    ) t
    WHERE NOT h.made AND NOT h.kept
) w
WHERE c.id = w.id AND (
    w.phone IS NOT NULL OR w.email IS NOT NULL
    OR (c.name, c.legal_form, c.address, c.quality, c.website, c.point::text)
       IS DISTINCT FROM (w.name, w.legal_form, w.address, w.quality, w.website, w.point::text)
);

-- name: assign
UPDATE import_row r SET company_id = h.company_id FROM import_holder h WHERE h.holder = r.holder AND r.counted;
