-- Whoever writes an Event moves its application, and nothing else does. The application's row is locked first, so
-- that two writers of one application follow each other; applications do not wait for one another.
CREATE OR REPLACE FUNCTION permits_event_hash(e permits_event) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(e.previous || convert_to(jsonb_build_array(
        e.application_id, e.ordinal, e.move, e.source, e.target, e.role, e.by_id,
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.note, e.facts
    )::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION permits_event_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_ record;
BEGIN
    SELECT status, events_count, head INTO row_
    FROM permits_application WHERE id = NEW.application_id FOR UPDATE;
    IF NEW.source IS DISTINCT FROM row_.status THEN
        RAISE EXCEPTION 'application % is "%", not "%"', NEW.application_id, row_.status, NEW.source
            USING HINT = 'move it through permits.workflow.apply', ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.move IN ('sign', 'sign_refusal') AND EXISTS (
        SELECT FROM permits_event
        WHERE application_id = NEW.application_id AND by_id = NEW.by_id
          AND move IN ('verify', 'approve', 'approve_refusal', 'bill')
    ) THEN
        RAISE EXCEPTION 'who verified application % may not sign it', NEW.application_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.ordinal := row_.events_count + 1;
    NEW.at := clock_timestamp();
    NEW.previous := row_.head;
    NEW.hash := permits_event_hash(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER permits_event_chain BEFORE INSERT ON permits_event
    FOR EACH ROW EXECUTE FUNCTION permits_event_insert();

CREATE OR REPLACE FUNCTION permits_event_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE permits_application SET status = NEW.target, events_count = NEW.ordinal, head = NEW.hash
    WHERE id = NEW.application_id;
    RETURN NULL;
END $$;

CREATE TRIGGER permits_event_moves AFTER INSERT ON permits_event
    FOR EACH ROW EXECUTE FUNCTION permits_event_moves();

CREATE OR REPLACE FUNCTION permits_application_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest record;
BEGIN
    SELECT target, ordinal, hash INTO newest
    FROM permits_event WHERE application_id = NEW.id ORDER BY ordinal DESC LIMIT 1;
    IF (NEW.status, NEW.events_count, NEW.head)
        IS DISTINCT FROM (coalesce(newest.target, 'draft'), coalesce(newest.ordinal, 0), coalesce(newest.hash, ''))
    THEN
        RAISE EXCEPTION 'application % cannot become "%": its log says "%"',
            NEW.id, NEW.status, coalesce(newest.target, 'draft')
            USING HINT = 'change status through permits.workflow.apply',
                  ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER permits_application_begins BEFORE INSERT ON permits_application
    FOR EACH ROW EXECUTE FUNCTION permits_application_follows();
CREATE TRIGGER permits_application_follows BEFORE UPDATE OF status, events_count, head ON permits_application
    FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.events_count IS DISTINCT FROM NEW.events_count
          OR OLD.head IS DISTINCT FROM NEW.head)
    EXECUTE FUNCTION permits_application_follows();

-- Applications whose log was altered: what breaks first. A log without its end is found by the head.
CREATE OR REPLACE FUNCTION permits_broken_logs()
RETURNS TABLE (application_id bigint, ordinal integer) LANGUAGE sql STABLE AS $$
    WITH chain AS (
        SELECT e.application_id, e.ordinal,
               e.hash = permits_event_hash(e)
               AND e.previous = lag(e.hash, 1, '') OVER log
               AND e.ordinal = row_number() OVER log AS sound
        FROM permits_event e WINDOW log AS (PARTITION BY e.application_id ORDER BY e.ordinal)
    ), heads AS (
        SELECT a.id, a.events_count FROM permits_application a
        LEFT JOIN permits_event e ON e.application_id = a.id AND e.ordinal = a.events_count
        WHERE a.head <> coalesce(e.hash, '') OR a.status <> coalesce(e.target, 'draft')
    )
    SELECT c.application_id, min(c.ordinal) FROM chain c WHERE NOT c.sound GROUP BY 1
    UNION
    SELECT h.id, h.events_count FROM heads h
    WHERE NOT EXISTS (SELECT FROM chain c WHERE c.application_id = h.id AND NOT c.sound)
$$;

CREATE TRIGGER permits_applicationsite_village BEFORE INSERT OR UPDATE OF point ON permits_applicationsite
    FOR EACH ROW EXECUTE FUNCTION geography_derive_village();
