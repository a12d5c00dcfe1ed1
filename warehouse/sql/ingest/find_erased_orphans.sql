-- grain: one row per monthly balance of this delivery whose credit belongs to an erased person
-- reads: raw.bureau_balance_v1, ops.suppressed_keys_v1
-- params: $batch_id, $received_on DATE
-- why: monthly balances name the credit and not the applicant
SELECT b.row_number
FROM raw.bureau_balance_v1 AS b
WHERE b.batch_id = $batch_id
  AND ops.keyed_sha256('credit', b.SK_ID_BUREAU) IN (
    SELECT s.key_sha256 FROM ops.suppressed_keys_v1 AS s WHERE s.kind = 'credit' AND s.through_on >= $received_on
  )
ORDER BY b.row_number
