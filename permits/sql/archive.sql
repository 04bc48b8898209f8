-- Letters from before this system, by what somebody holds: the file's SHA-256, the number without punctuation, or the
-- address that the old QR code leads to. public_id is NULL where there is no permit, or none that is published.
CREATE OR REPLACE FUNCTION permits_archived_by_file(hash bytea)
RETURNS TABLE (public_id varchar, number varchar, issued_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, a.number, a.issued_on
    FROM permits_archivedletter a LEFT JOIN permits_permit p ON p.id = a.permit_id
    WHERE a.sha256 = hash
$$;

CREATE OR REPLACE FUNCTION permits_archived_by_number(wanted varchar)
RETURNS TABLE (public_id varchar, number varchar, issued_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, a.number, a.issued_on
    FROM permits_archivedletter a LEFT JOIN permits_permit p ON p.id = a.permit_id
    WHERE a.number_key = wanted
    ORDER BY a.issued_on DESC, a.id DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION permits_archived_by_target(wanted varchar)
RETURNS TABLE (public_id varchar, number varchar, issued_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.published THEN p.public_id END, a.number, a.issued_on
    FROM permits_archivedletter a LEFT JOIN permits_permit p ON p.id = a.permit_id
    WHERE a.old_target = wanted
$$;
