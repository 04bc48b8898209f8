-- Is the exact place of a holder of this legal form a person's? Twin of companies.models.PERSONS (a test compares).
CREATE OR REPLACE FUNCTION companies_is_person(legal_form varchar) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT legal_form IN ('sole_proprietor', 'unknown') $$;

CREATE TRIGGER companies_company_village BEFORE INSERT OR UPDATE OF point ON companies_company
    FOR EACH ROW EXECUTE FUNCTION geography_derive_village();
