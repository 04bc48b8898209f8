-- What the public is told about a permit on the city's day. current_date follows the session's time zone,
-- which settings.DATABASES sets to the city's.
CREATE OR REPLACE FUNCTION permits_status(
    registered_only boolean, revoked_on date, suspended_on date, replaced boolean, valid_until date
) RETURNS varchar LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN revoked_on <= current_date THEN 'revoked'
        WHEN replaced THEN 'replaced'
        WHEN registered_only THEN 'registered'
        WHEN valid_until < current_date THEN 'expired'
        WHEN suspended_on <= current_date THEN 'suspended'
        WHEN valid_until <= current_date + 30 THEN 'ending'
        ELSE 'in_force'
    END
$$;

CREATE TRIGGER permits_permitsite_village BEFORE INSERT OR UPDATE OF point ON permits_permitsite
    FOR EACH ROW EXECUTE FUNCTION geography_derive_village();
