-- What search compares: without accents, case, punctuation and legal forms. IMMUTABLE, so that it can be indexed:
-- unaccent() is STABLE only because its dictionary might be replaced, which nothing here does.
CREATE OR REPLACE FUNCTION maps_fold(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        ' ' || regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)), '[^a-z0-9]+', ' ', 'g') || ' ',
        ' (pt|cv|ud|pd|fa|tbk)(?= )', '', 'g'))
$$;

-- The name of a holder, and of a place's holder, by any part and with typing errors.
CREATE INDEX maps_company_fold ON companies_company USING gin (maps_fold(name) gin_trgm_ops);
CREATE INDEX maps_place_fold ON maps_place USING gin (maps_fold(company_name) gin_trgm_ops);
