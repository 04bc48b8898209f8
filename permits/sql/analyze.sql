-- Fresh statistics of what an import joins: after a load the planner believes for a minute, until autovacuum comes, that
-- the tables are empty, and an import that begins meanwhile takes ten times as long. Only an owner may ANALYZE.
CREATE FUNCTION permits_analyze() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    ANALYZE companies_company, permits_permit, permits_permitsite, permits_permitcommodity;
END $$;
