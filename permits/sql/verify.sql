-- What is wrong with the logs of applications with first <= id < past: of each, the first bad row. `anchored`
-- is a temporary table of permits.audit; with `taken` every event from before it must stand there.
WITH log AS (
    SELECT e.application_id, e.ordinal, e.at, e.hash, e.target,
           row_number() OVER one AS position,
           e.hash = permits_event_hash(e) AS own,
           e.previous = lag(e.hash, 1, '') OVER one AND e.source = lag(e.target, 1, 'draft') OVER one AS linked
    FROM permits_event e
    WHERE e.application_id >= %(first)s AND e.application_id < %(past)s
    WINDOW one AS (PARTITION BY e.application_id ORDER BY e.ordinal, e.id)
), newest AS (
    SELECT DISTINCT ON (application_id) application_id, ordinal, hash, target
    FROM log ORDER BY application_id, ordinal DESC
), application AS (
    SELECT id, events_count, head, status FROM permits_application
    WHERE id >= %(first)s AND id < %(past)s
), kept AS (
    SELECT DISTINCT application_id, ordinal, hash FROM anchored
    WHERE application_id >= %(first)s AND application_id < %(past)s
), fault (application_id, ordinal, what) AS (
    SELECT application_id, 1, 'removed' FROM newest n
    WHERE NOT EXISTS (SELECT FROM application a WHERE a.id = n.application_id)
    UNION ALL
    SELECT application_id, least(ordinal, position), 'missing' FROM log WHERE ordinal <> position
    UNION ALL
    SELECT application_id, ordinal, 'altered' FROM log WHERE NOT own
    UNION ALL
    SELECT application_id, ordinal, 'unlinked' FROM log WHERE NOT linked
    UNION ALL
    SELECT a.id, CASE WHEN a.events_count > coalesce(n.ordinal, 0) THEN coalesce(n.ordinal, 0) + 1
                      ELSE greatest(n.ordinal, 1) END,
           CASE WHEN a.events_count > coalesce(n.ordinal, 0) THEN 'missing' ELSE 'head' END
    FROM application a LEFT JOIN newest n ON n.application_id = a.id
    WHERE (a.events_count, a.head, a.status)
          IS DISTINCT FROM (coalesce(n.ordinal, 0), coalesce(n.hash, ''), coalesce(n.target, 'draft'))
    UNION ALL
    SELECT k.application_id, k.ordinal, CASE WHEN l.hash IS NULL THEN 'missing' ELSE 'rewritten' END
    FROM kept k LEFT JOIN log l USING (application_id, ordinal)
    WHERE l.hash IS DISTINCT FROM k.hash
    UNION ALL
    SELECT l.application_id, l.ordinal, 'inserted' FROM log l
    WHERE l.at < %(taken)s AND NOT EXISTS (
        SELECT FROM kept k WHERE k.application_id = l.application_id AND k.ordinal = l.ordinal)
)
SELECT DISTINCT ON (application_id) application_id, ordinal, what FROM fault
ORDER BY application_id, ordinal,
         array_position(ARRAY['removed', 'missing', 'inserted', 'altered', 'rewritten', 'unlinked', 'head'], what)
