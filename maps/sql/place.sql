-- The read model's writer. Design and proof: statement triggers, so that COPY, the admin and every other path keep
-- maps_place true, with locks without which a withdrawn consent could stay public for good:
--   * a writer of a permit locks its type and company FOR SHARE and then reads the source view anew
--     (source_changed.sql);
--   * a writer of a company's or type's public terms already holds that row exclusively (and an advisory lock, so
--     that two of them cannot wait for each other), so each waits for the other and the later one sees both.

CREATE OR REPLACE FUNCTION maps_policy_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_table_name = 'companies_company' THEN
        PERFORM pg_advisory_xact_lock_shared(7301);
    ELSE
        PERFORM pg_advisory_xact_lock(7301);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION maps_policy_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE ids bigint[];
BEGIN
    IF tg_table_name = 'companies_company' THEN
        SELECT array_agg(p.id) INTO ids
        FROM target n JOIN source o USING (id) JOIN permits_permit p ON p.company_id = n.id
        WHERE (n.name, n.slug, n.consent_location, n.legal_form)
              IS DISTINCT FROM (o.name, o.slug, o.consent_location, o.legal_form);
    ELSE
        SELECT array_agg(p.id) INTO ids
        FROM target n JOIN source o USING (id) JOIN permits_permit p ON p.type_id = n.id
        WHERE (n.location_public, n.holder_public) IS DISTINCT FROM (o.location_public, o.holder_public);
    END IF;
    IF ids IS NOT NULL THEN PERFORM maps_place_write(ids); END IF;
    RETURN NULL;
END $$;

-- New boundaries: every village is derived anew from its point, which runs the triggers above.
CREATE OR REPLACE FUNCTION maps_zones_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE companies_company SET point = point WHERE point IS NOT NULL;
    UPDATE permits_permitsite SET point = point WHERE point IS NOT NULL;
    RETURN NULL;
END $$;

DO $$
DECLARE tab text;
BEGIN
    FOREACH tab IN ARRAY '{permits_permit,permits_permitsite,permits_permitcommodity}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER maps_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS target
                        FOR EACH STATEMENT EXECUTE FUNCTION maps_source_changed()', tab);
        EXECUTE format('CREATE TRIGGER maps_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS source NEW TABLE AS target
                        FOR EACH STATEMENT EXECUTE FUNCTION maps_source_changed()', tab);
        EXECUTE format('CREATE TRIGGER maps_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS source
                        FOR EACH STATEMENT EXECUTE FUNCTION maps_source_changed()', tab);
    END LOOP;
    FOREACH tab IN ARRAY '{companies_company,permits_permittype}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER maps_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS source NEW TABLE AS target
                        FOR EACH STATEMENT EXECUTE FUNCTION maps_policy_changed()', tab);
    END LOOP;
END $$;
CREATE TRIGGER maps_gate BEFORE UPDATE OF name, slug, consent_location, legal_form ON companies_company
    FOR EACH STATEMENT EXECUTE FUNCTION maps_policy_gate();
CREATE TRIGGER maps_gate BEFORE UPDATE OF location_public, holder_public ON permits_permittype
    FOR EACH STATEMENT EXECUTE FUNCTION maps_policy_gate();
CREATE TRIGGER maps_zones AFTER INSERT OR UPDATE OR DELETE ON geography_zone
    FOR EACH STATEMENT EXECUTE FUNCTION maps_zones_changed();
