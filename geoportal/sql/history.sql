-- One row of history for every row that is written on a table with this trigger: who, when, and what changed.
-- Arguments of the trigger: columns of which only is told that they changed; columns of which nothing is told.
CREATE OR REPLACE FUNCTION geoportal_remember() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    masked text[] := string_to_array(TG_ARGV[0], ',');
    ignored text[] := string_to_array(TG_ARGV[1], ',');
    was jsonb := '{}';
    is_now jsonb := '{}';
    name text;
BEGIN
    -- loading and removing a demo city is no history; only whoever owns the tables can say that it is one
    IF current_setting('sakpore.history', true) = 'off' AND pg_has_role(session_user, current_user, 'MEMBER') THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) - ignored; END IF;
    IF TG_OP <> 'DELETE' THEN is_now := to_jsonb(NEW) - ignored; END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, n.value), '{}')
        INTO was, is_now
        FROM jsonb_each(was) o JOIN jsonb_each(is_now) n USING (key) WHERE o.value IS DISTINCT FROM n.value;
        IF was = '{}' THEN RETURN NULL; END IF;
    END IF;
    FOREACH name IN ARRAY masked LOOP
        IF was -> name NOT IN ('null', '""') THEN was := jsonb_set(was, ARRAY[name], '"•"'); END IF;
        IF is_now -> name NOT IN ('null', '""') THEN is_now := jsonb_set(is_now, ARRAY[name], '"•"'); END IF;
    END LOOP;
    INSERT INTO geoportal_change ("table", row, kind, before, after, by, role, at)
    VALUES (TG_TABLE_NAME,
            coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> CASE TG_TABLE_NAME WHEN 'geography_zone' THEN 'code' ELSE 'id' END,
            lower(TG_OP), was, is_now, nullif(current_setting('sakpore.by', true), '')::bigint, session_user,
            clock_timestamp());
    RETURN NULL;
END $$;
