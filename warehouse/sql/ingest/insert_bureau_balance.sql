-- grain: one row per row of the frame `chunk`
-- reads: chunk, raw.bureau_v1
-- params: $batch_id, $origin
-- why: the applicant comes from the bureau rows of the same delivery, else from the newest held before it; an applicant's
--   months must not move to another one because of what was delivered later. No bureau row: an orphan, kept without applicant
INSERT INTO raw.bureau_balance_v1 BY NAME
WITH owners AS (
  -- the newest bureau row of each credit in the chunk; batches of one day or an earlier one only
  SELECT SK_ID_BUREAU, arg_max(SK_ID_CURR, batch_id::HUGEINT * 10000000000 + row_number) AS SK_ID_CURR
  FROM raw.bureau_v1
  WHERE batch_id <= $batch_id AND SK_ID_BUREAU IN (SELECT SK_ID_BUREAU FROM chunk)
  GROUP BY SK_ID_BUREAU
)
SELECT
  $batch_id AS batch_id, $origin AS origin, chunk.row_number, owners.SK_ID_CURR,
  chunk.SK_ID_BUREAU, chunk.MONTHS_BALANCE, chunk.STATUS
FROM chunk
LEFT JOIN owners USING (SK_ID_BUREAU)
ORDER BY chunk.row_number
