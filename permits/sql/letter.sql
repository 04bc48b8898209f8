-- What the public may learn about a letter: only who holds it can name its seal, so the table stays closed and
-- these functions answer for it. public_id is NULL where the permit is not published.
CREATE OR REPLACE FUNCTION permits_letter_by_seal(hash bytea)
RETURNS TABLE (public_id varchar, issued_on date, withdrawn_on date, withdrawn_reason varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, l.issued_on, l.withdrawn_on, l.withdrawn_reason
    FROM permits_letter l JOIN permits_permit p ON p.id = l.permit_id
    WHERE l.seal_hash = hash
$$;

-- Did we give out this public id, although nothing is public about it (any more)?
CREATE OR REPLACE FUNCTION permits_is_withheld(wanted varchar) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM permits_permit WHERE public_id = wanted AND NOT published)
$$;
