-- grain: one row per row of the repaired file
-- reads: raw.application_v1, core.duplicates_v1, core.quarantine_v1
-- params: $batch_id (the new version), $source_file
-- why: a repaired file may hold rows of the quarantine only. raw.application_v1 stands for the raw table of any delivered file
SELECT row_number, SK_ID_CURR AS application_id FROM raw.application_v1 WHERE batch_id = $batch_id
UNION
SELECT row_number, application_id FROM core.duplicates_v1 WHERE batch_id = $batch_id
UNION
SELECT row_number, any_value(application_id) AS application_id
FROM core.quarantine_v1
WHERE batch_id = $batch_id AND source_file = $source_file
GROUP BY row_number
ORDER BY row_number
