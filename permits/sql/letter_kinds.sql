-- As letter.sql, for letters of every kind: by the seal, or by the file's SHA-256. Whoever can name one of them
-- holds the letter. public_id is NULL where there is no permit, or none that is published.
DROP FUNCTION IF EXISTS permits_letter_by_seal(bytea);

CREATE OR REPLACE FUNCTION permits_letter_by_seal(hash bytea)
RETURNS TABLE (public_id varchar, kind varchar, number varchar, issued_on date, withdrawn_on date,
               withdrawn_reason varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, l.kind, l.number, l.issued_on, l.withdrawn_on,
           l.withdrawn_reason
    FROM permits_letter l LEFT JOIN permits_permit p ON p.id = l.permit_id
    WHERE l.seal_hash = hash
$$;

CREATE OR REPLACE FUNCTION permits_letter_by_file(hash bytea)
RETURNS TABLE (public_id varchar, kind varchar, number varchar, issued_on date, withdrawn_on date,
               withdrawn_reason varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, l.kind, l.number, l.issued_on, l.withdrawn_on,
           l.withdrawn_reason
    FROM permits_letter l LEFT JOIN permits_permit p ON p.id = l.permit_id
    WHERE l.sha256 = hash
$$;
