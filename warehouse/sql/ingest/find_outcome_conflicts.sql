-- grain: one row per accepted outcome of such an applicant, in order of the file
-- reads: raw.outcomes_v1
-- params: $batch_id
-- why: a loan that turned out well and badly in one file: nobody knows which it was. Equal outcomes need no settling, for of
--   several one is read
SELECT SK_ID_CURR AS application_id, row_number
FROM raw.outcomes_v1
WHERE batch_id = $batch_id
QUALIFY min(TARGET) OVER (PARTITION BY SK_ID_CURR) <> max(TARGET) OVER (PARTITION BY SK_ID_CURR)
ORDER BY row_number
