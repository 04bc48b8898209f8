-- What a written permit, site or commodity means for maps_place. The locks are explained in place.sql.
CREATE OR REPLACE FUNCTION maps_source_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE ids bigint[];
    types bigint[];
    holders bigint[];
BEGIN
    -- the permits, and of these tables' own rows the parents that they have or leave
    IF tg_table_name = 'permits_permit' THEN
        IF tg_op = 'INSERT' THEN
            SELECT array_agg(id), array_agg(DISTINCT type_id), array_agg(DISTINCT company_id) INTO ids, types, holders
            FROM target WHERE published;
        ELSIF tg_op = 'DELETE' THEN
            SELECT array_agg(id), array_agg(DISTINCT type_id), array_agg(DISTINCT company_id) INTO ids, types, holders FROM source;
        ELSE
            SELECT array_agg(id), array_agg(DISTINCT type_id), array_agg(DISTINCT company_id) INTO ids, types, holders
            FROM (TABLE source UNION ALL TABLE target) both_sides;
            ids := array(SELECT id FROM target WHERE published
                         UNION SELECT permit_id FROM maps_place WHERE permit_id = ANY (ids));
        END IF;
    ELSE
        IF tg_op = 'INSERT' THEN
            SELECT array_agg(DISTINCT permit_id) INTO ids FROM target;
        ELSIF tg_op = 'DELETE' THEN
            SELECT array_agg(DISTINCT permit_id) INTO ids FROM source;
        ELSE
            SELECT array_agg(DISTINCT permit_id) INTO ids
            FROM (SELECT permit_id FROM source UNION ALL SELECT permit_id FROM target) both_sides;
        END IF;
        IF ids IS NULL THEN RETURN NULL; END IF;
        -- MATERIALIZED: else the planner asks for published first, and one that is being published is not waited for
        WITH locked AS MATERIALIZED (
            SELECT id, type_id, company_id, published FROM permits_permit WHERE id = ANY (ids)
            ORDER BY id FOR NO KEY UPDATE)
        SELECT array_agg(id), array_agg(DISTINCT type_id), array_agg(DISTINCT company_id) INTO ids, types, holders
        FROM locked WHERE published;
    END IF;
    -- unpublished permits cost nothing: imports load first and publish last
    IF coalesce(cardinality(ids), 0) = 0 THEN RETURN NULL; END IF;
    PERFORM 1 FROM permits_permittype WHERE id = ANY (types) ORDER BY id FOR SHARE;
    PERFORM 1 FROM companies_company WHERE id = ANY (holders) ORDER BY id FOR SHARE;
    PERFORM maps_place_write(ids);  -- a new statement, so a new snapshot: it sees what the locks waited for
    RETURN NULL;
END $$;
