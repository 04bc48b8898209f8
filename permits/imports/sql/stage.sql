-- Temporary tables of one import (of one file of it); they vanish with its transaction.
-- name: tables
DROP TABLE IF EXISTS
    pg_temp.import_row, pg_temp.import_seen, pg_temp.import_response, pg_temp.import_holder, pg_temp.import_permit,
    pg_temp.import_site, pg_temp.import_commodity;
CREATE TEMPORARY TABLE import_row (
    line int NOT NULL, ref text NOT NULL, number text NOT NULL, type_id bigint NOT NULL,
    holder text NOT NULL, name text, legal_form text, nib text, slug text, holder_address text,
    phone bytea, email bytea, website text, as_of date, main boolean,
    label text NOT NULL, address text NOT NULL, point geometry(Point, 4326), quality text NOT NULL,
    purpose text NOT NULL, registered_only boolean NOT NULL, risk text NOT NULL,
    kbli_code text NOT NULL, kbli_edition smallint,
    issued_on date, valid_from date, valid_until date, suspended_on date, revoked_on date,
    chain text NOT NULL, declared bigint[] NOT NULL, public_id text NOT NULL,
    company_id bigint, counted boolean NOT NULL DEFAULT false
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_seen (ref text NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_response (
    line int NOT NULL, ref text NOT NULL, project text NOT NULL, type_id bigint NOT NULL, risk text NOT NULL,
    issued_on date, counts boolean NOT NULL, revoked boolean NOT NULL, public_id text NOT NULL
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_holder (
    holder text PRIMARY KEY, company_id bigint, made boolean NOT NULL DEFAULT false, kept boolean NOT NULL DEFAULT false,
    name text, legal_form text, nib text, slug text, website text, phone bytea, email bytea, as_of date,
    main boolean, address text, point geometry(Point, 4326), quality text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_permit (
    ref text PRIMARY KEY, permit_id bigint, made boolean NOT NULL DEFAULT false, touched boolean NOT NULL DEFAULT false,
    line int, number text, type_id bigint, company_id bigint, purpose text, registered_only boolean, risk text,
    kbli_code text, kbli_edition smallint, issued_on date, valid_from date, valid_until date,
    suspended_on date, revoked_on date, chain text, public_id text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_site (
    permit_id bigint, ordinal smallint, label text, address text, point geometry(Point, 4326), quality text,
    PRIMARY KEY (permit_id, ordinal)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_commodity (
    permit_id bigint, commodity_id bigint, provenance text, PRIMARY KEY (permit_id, commodity_id)
) ON COMMIT DROP;

-- name: analyze
ANALYZE import_row;
ANALYZE import_response;
ANALYZE import_seen;
SELECT permits_analyze();

-- Rows of the permits export as rows like any other, with what their project says of holder, place and KBLI.
-- name: responses
INSERT INTO import_row (line, ref, number, type_id, holder, label, address, point, quality, purpose, registered_only,
    risk, kbli_code, kbli_edition, issued_on, valid_from, chain, declared, public_id, company_id)
SELECT r.line, r.ref, r.ref, r.type_id, 'company:' || p.company_id,
    coalesce(s.label, ''), coalesce(s.address, ''), s.point, coalesce(s.quality, 'unknown'), 'new', false,
    coalesce(nullif(r.risk, ''), p.risk), p.kbli_code, p.kbli_edition, r.issued_on, r.issued_on, '', '{}',
    r.public_id, p.company_id
FROM import_response r
JOIN permits_permit p ON p.source = 'oss' AND p.source_ref = r.project AND p.registered_only
LEFT JOIN LATERAL (SELECT * FROM permits_permitsite WHERE permit_id = p.id ORDER BY ordinal LIMIT 1) s ON true
WHERE r.counts;

-- name: orphans
SELECT line, ref FROM import_response r
WHERE counts AND NOT EXISTS (
    SELECT FROM permits_permit p WHERE p.source = 'oss' AND p.source_ref = r.project AND p.registered_only
) ORDER BY line;

-- A permit of ours whose response no longer counts: taken back where it says so, else flagged.
-- name: withdrawn
UPDATE permits_permit p
SET revoked_on = CASE WHEN r.revoked THEN coalesce(p.revoked_on, current_date) ELSE p.revoked_on END,
    missing_since = CASE WHEN r.revoked THEN p.missing_since ELSE coalesce(p.missing_since, current_date) END
FROM (
    SELECT ref, bool_or(revoked) AS revoked FROM import_response GROUP BY ref HAVING NOT bool_or(counts)
) r
WHERE p.source = 'oss' AND p.source_ref = r.ref AND NOT p.registered_only
  AND CASE WHEN r.revoked THEN p.revoked_on ELSE p.missing_since END IS NULL;
