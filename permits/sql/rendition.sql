-- The public rendition of a permit's newest letter, by the permit's public id: the name of its file, if there is one.
CREATE OR REPLACE FUNCTION permits_public_rendition(wanted varchar) RETURNS varchar
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.public_file
    FROM permits_letter l JOIN permits_permit p ON p.id = l.permit_id
    WHERE p.public_id = wanted AND p.published AND l.kind = 'permit' AND l.public_file <> ''
      AND l.withdrawn_on IS NULL
    ORDER BY l.issued_on DESC, l.id DESC LIMIT 1
$$;
