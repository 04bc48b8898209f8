-- Separation of duties, whatever the program says: nobody decides about their own file, and who took one step may
-- not take the step that checks it. The pairs are those of permits.duties.APART; a test compares.
CREATE OR REPLACE FUNCTION permits_event_duties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id IS NULL OR NEW.role IN ('applicant', 'system') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM permits_application a
        WHERE a.id = NEW.application_id
          AND (a.applicant_id = NEW.by_id OR EXISTS (
              SELECT FROM companies_membership m WHERE m.company_id = a.company_id AND m.user_id = NEW.by_id))
    ) THEN
        RAISE EXCEPTION 'application % is of who would decide about it', NEW.application_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT FROM permits_event e
        JOIN (VALUES
            ('approve', 'submit_draft'), ('approve_refusal', 'submit_draft'), ('bill', 'submit_draft'),
            ('settle', 'bill'),
            ('sign', 'submit_draft'), ('sign', 'verify'), ('sign', 'approve'), ('sign', 'approve_refusal'),
            ('sign', 'bill'),
            ('sign_refusal', 'submit_draft'), ('sign_refusal', 'verify'), ('sign_refusal', 'approve'),
            ('sign_refusal', 'approve_refusal'), ('sign_refusal', 'bill')
        ) AS apart(move, earlier) ON apart.move = NEW.move AND apart.earlier = e.move
        WHERE e.application_id = NEW.application_id AND e.by_id = NEW.by_id
    ) THEN
        RAISE EXCEPTION 'who worked on application % before may not %', NEW.application_id, NEW.move
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER permits_event_duties BEFORE INSERT ON permits_event
    FOR EACH ROW EXECUTE FUNCTION permits_event_duties();
