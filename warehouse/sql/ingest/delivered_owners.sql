-- grain: one row per credit of which this delivery holds a bureau row
-- reads: raw.bureau_v1
-- params: $batch_id
-- why: monthly balances name the credit and not the applicant; of several rows of a credit the last in the file counts
SELECT SK_ID_BUREAU, arg_max(SK_ID_CURR, row_number) AS SK_ID_CURR
FROM raw.bureau_v1
WHERE batch_id = $batch_id
GROUP BY SK_ID_BUREAU
