-- What is published about complaints: when one came and when it was answered, in the city's days.
CREATE VIEW permits_complaint_dates AS
SELECT id, filed_at::date AS filed_on, replied_at::date AS replied_on
FROM permits_complaint;
