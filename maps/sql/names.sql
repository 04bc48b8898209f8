-- Holders by name, for the search: each name folded once, its words, and the vocabulary of all names. A row follows from
-- its company alone, whose row lock the writer holds, so that no other lock is needed.

CREATE OR REPLACE FUNCTION maps_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$  -- as maps_fold(), but with the legal form
    SELECT btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)), '[^a-z0-9]+', ' ', 'g'))
$$;

CREATE TABLE maps_name (
    company_id bigint PRIMARY KEY,
    plain text COLLATE "C" NOT NULL,
    folded text COLLATE "C" NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX maps_name_folded ON maps_name (folded, plain);  -- the same name, and names that begin so
CREATE INDEX maps_name_words ON maps_name USING gin (words);
CREATE INDEX maps_name_trgm ON maps_name USING gin (folded gin_trgm_ops);
ALTER TABLE maps_name ALTER words SET STATISTICS 1000;

-- Not unique: two writers of one new word would have to wait for each other. A word stays when its last name goes.
CREATE TABLE maps_word (word text COLLATE "C" NOT NULL);
CREATE INDEX maps_word_word ON maps_word (word);
CREATE INDEX maps_word_trgm ON maps_word USING gin (word gin_trgm_ops);

CREATE FUNCTION maps_names_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE changed bigint[];
BEGIN
    IF tg_op = 'DELETE' THEN
        DELETE FROM maps_name USING source o WHERE company_id = o.id;
        RETURN NULL;
    ELSIF tg_op = 'UPDATE' THEN
        SELECT array_agg(n.id) INTO changed FROM target n JOIN source o USING (id) WHERE n.name <> o.name;
        IF changed IS NULL THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO maps_name
    SELECT id, plain, folded, array_to_tsvector(string_to_array(folded, ' '))
    FROM (SELECT id, maps_plain(name) AS plain, maps_fold(name) AS folded FROM target
          WHERE changed IS NULL OR id = ANY (changed)) names
    ON CONFLICT (company_id)
        DO UPDATE SET (plain, folded, words) = ROW (excluded.plain, excluded.folded, excluded.words);
    INSERT INTO maps_word
    SELECT DISTINCT one FROM target t JOIN maps_name m ON m.company_id = t.id, unnest(string_to_array(m.folded, ' ')) one
    WHERE (changed IS NULL OR t.id = ANY (changed)) AND NOT EXISTS (SELECT FROM maps_word WHERE word = one COLLATE "C");
    RETURN NULL;
END $$;
CREATE TRIGGER maps_names_insert AFTER INSERT ON companies_company REFERENCING NEW TABLE AS target
    FOR EACH STATEMENT EXECUTE FUNCTION maps_names_write();
CREATE TRIGGER maps_names_update AFTER UPDATE ON companies_company
    REFERENCING OLD TABLE AS source NEW TABLE AS target FOR EACH STATEMENT EXECUTE FUNCTION maps_names_write();
CREATE TRIGGER maps_names_delete AFTER DELETE ON companies_company REFERENCING OLD TABLE AS source
    FOR EACH STATEMENT EXECUTE FUNCTION maps_names_write();

CREATE FUNCTION maps_names_emptied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM maps_name;
    DELETE FROM maps_word;
    RETURN NULL;
END $$;
CREATE TRIGGER maps_names_truncate AFTER TRUNCATE ON companies_company
    FOR EACH STATEMENT EXECUTE FUNCTION maps_names_emptied();

-- Holders of which the public may know, by name. One look for each name, whatever the planner thinks: few are looked at.
CREATE VIEW maps_company_name AS
SELECT n.* FROM maps_name n WHERE (SELECT true FROM maps_place p WHERE p.company_id = n.company_id LIMIT 1);

-- Some holders with these words. Words that many names have are found among the first few names; else the index is quick.
-- The planner knows how common a word is, but not which words come together.
CREATE FUNCTION maps_names_with(query tsquery, most int) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET enable_seqscan = on AS $$
DECLARE found int;
BEGIN
    RETURN QUERY SELECT company_id FROM (SELECT * FROM maps_name LIMIT 1000) few
        WHERE words @@ query AND (SELECT true FROM maps_place p WHERE p.company_id = few.company_id LIMIT 1) LIMIT most;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found < most THEN
        PERFORM set_config('enable_seqscan', 'off', true);
        RETURN QUERY SELECT company_id FROM maps_company_name WHERE words @@ query LIMIT most;
    END IF;
END $$;

-- All of them, also such without a public permit: for a comparison with public rows only.
CREATE FUNCTION maps_names_all(query tsquery) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT company_id FROM maps_name WHERE words @@ query
$$;

-- The words of names that are one slip of the pen away from this one (a letter lost, too many, wrong, or two swapped);
-- two slips where there is none. Every text one slip away is looked up: that takes as long whatever the size.
CREATE FUNCTION maps_near_words(typed text) RETURNS text[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
DECLARE near text[];
BEGIN
    IF typed !~ '[a-z]' THEN RETURN '{}'; END IF;
    near := array(
        SELECT DISTINCT slip FROM (
            SELECT left(typed, n) || letter || substr(typed, n + cut) AS slip
            FROM generate_series(0, length(typed)) n, regexp_split_to_table('abcdefghijklmnopqrstuvwxyz', '') letter,
                unnest('{1,2}'::int[]) cut
            UNION ALL SELECT left(typed, n) || substr(typed, n + 2) FROM generate_series(0, length(typed) - 1) n
            UNION ALL SELECT left(typed, n) || substr(typed, n + 2, 1) || substr(typed, n + 1, 1) || substr(typed, n + 3)
            FROM generate_series(0, length(typed) - 2) n
        ) slips
        WHERE slip <> typed AND (SELECT true FROM maps_word WHERE word = slip COLLATE "C" LIMIT 1) ORDER BY slip LIMIT 12);
    IF near = '{}' THEN
        near := array(SELECT DISTINCT word::text FROM maps_word
            WHERE word % typed AND levenshtein_less_equal(word, typed, 2) = 2 ORDER BY 1 LIMIT 12);
    END IF;
    RETURN near;
END $$;

-- Public holders for folded words (`typed_plain`: with the legal form): of the same name (tier 0; 1 with another legal
-- form), beginning so (2), with all words, of which the last may be unfinished (3); else near misses. `why`: their words.
CREATE FUNCTION maps_find_names(typed text[], typed_plain text, most int)
RETURNS TABLE (id bigint, tier int, why text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET enable_seqscan = on AS $$
#variable_conflict use_column
DECLARE
    whole CONSTANT text := array_to_string(typed, ' ');
    last CONSTANT text := typed[cardinality(typed)];
    known CONSTANT text[] := array(SELECT t FROM unnest(typed) t
        WHERE EXISTS (SELECT FROM maps_word WHERE word = t COLLATE "C"));
    total int := 0;
    rows int;
    one text;
    near text[];
    texts text[] := '{""}';
    instead text[] := '{}';
    query text;
    said boolean := false;
BEGIN
    RETURN QUERY SELECT company_id, 0, typed FROM maps_company_name WHERE folded = whole AND plain = typed_plain LIMIT most;
    GET DIAGNOSTICS rows = ROW_COUNT;
    total := rows;
    RETURN QUERY SELECT company_id, 1, typed FROM maps_company_name
        WHERE folded = whole AND plain <> typed_plain LIMIT most - total;
    GET DIAGNOSTICS rows = ROW_COUNT;
    total := total + rows;
    RETURN QUERY SELECT company_id, 2, typed FROM maps_company_name
        WHERE folded > whole AND folded < whole || '~' ORDER BY folded LIMIT most - total;
    GET DIAGNOSTICS rows = ROW_COUNT;
    total := total + rows;
    IF total < most AND typed <@ (known || last)
        AND EXISTS (SELECT FROM maps_word WHERE word >= last AND word < last || '~')
    THEN
        query := '''' || array_to_string(typed, ''' & ''') || CASE WHEN last ~ '^[0-9]+$' THEN '''' ELSE ''':*' END;
        RETURN QUERY SELECT w, 3, typed FROM maps_names_with(query::tsquery, most) w;
        GET DIAGNOSTICS rows = ROW_COUNT;
        total := total + rows;
    END IF;
    IF total > 0 THEN RETURN; END IF;

    -- a word may be wrong: one that no name has, or where names have all of them, any
    query := NULL;
    FOREACH one IN ARRAY typed LOOP
        near := CASE WHEN one = ANY (known) THEN ARRAY[one] ELSE '{}' END;
        IF one <> ALL (known) OR typed <@ known THEN near := near || maps_near_words(one); END IF;
        texts := array(SELECT ltrim(t || ' ' || n) FROM unnest(texts) t, unnest(near) n LIMIT 100);
        instead := instead || near;
        IF near <> '{}' THEN
            query := concat_ws(' & ', query, '(''' || array_to_string(near, ''' | ''') || ''')');
            said := said OR one ~ '[a-z]{3}';  -- a number or a letter alone says nothing
        END IF;
    END LOOP;
    RETURN QUERY SELECT company_id, 4, instead FROM maps_company_name WHERE folded = ANY (texts) LIMIT most;
    IF FOUND THEN RETURN; END IF;
    IF said THEN
        RETURN QUERY SELECT w, 5, instead FROM maps_names_with(query::tsquery, most) w;
        IF FOUND THEN RETURN; END IF;
    END IF;
    PERFORM set_config('enable_seqscan', 'off', true);
    RETURN QUERY SELECT company_id, 6, typed FROM maps_company_name WHERE whole <% folded
        ORDER BY word_similarity(whole, folded) DESC, similarity(whole, folded) DESC LIMIT most;
END $$;

INSERT INTO maps_name
SELECT id, plain, folded, array_to_tsvector(string_to_array(folded, ' '))
FROM (SELECT id, maps_plain(name) AS plain, maps_fold(name) AS folded FROM companies_company) names;
INSERT INTO maps_word SELECT DISTINCT word FROM maps_name, unnest(string_to_array(folded, ' ')) word;
ANALYZE maps_name, maps_word;

-- What went before: names of companies and of places, each with trigrams of its own.
DROP INDEX maps_company_fold, maps_place_fold;
