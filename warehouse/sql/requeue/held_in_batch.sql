-- grain: one row per applicant of whom the delivery holds an application that passed
-- reads: raw.application_v1, core.duplicates_v1
-- params: $batch_id
-- why: a repaired row of such an applicant would contradict a row of the same delivery
SELECT SK_ID_CURR AS application_id FROM raw.application_v1 WHERE batch_id = $batch_id
UNION
SELECT application_id FROM core.duplicates_v1 WHERE batch_id = $batch_id
ORDER BY application_id
