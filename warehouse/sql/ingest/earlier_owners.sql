-- grain: one row per credit of the frame `wanted` of which a bureau row was held before this delivery
-- reads: wanted (SK_ID_BUREAU), raw.bureau_v1
-- params: $batch_id
-- why: balances may come without their bureau rows; the newest row of a credit counts, of batches of one day or an earlier one only
SELECT SK_ID_BUREAU, arg_max(SK_ID_CURR, batch_id::HUGEINT * 10000000000 + row_number) AS SK_ID_CURR
FROM raw.bureau_v1
WHERE batch_id < $batch_id AND SK_ID_BUREAU IN (SELECT SK_ID_BUREAU FROM wanted)
GROUP BY SK_ID_BUREAU
