-- Where the page of a duplicate went, once it was merged into another company.
CREATE OR REPLACE VIEW maps_company_moved AS
SELECT d.slug, k.slug AS moved_to
FROM companies_merger m
JOIN companies_company d ON d.id = m.duplicate_id
JOIN companies_company k ON k.id = m.kept_id;
