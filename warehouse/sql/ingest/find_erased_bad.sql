-- grain: one row per row of this delivery and file in quarantine that is, or may be, of an erased person
-- reads: core.rejected_rows_v1, ops.suppressed_keys_v1
-- params: $batch_id, $source_file, $kind (applicant, or credit for monthly balances), $received_on DATE
-- why: a broken row may name nobody in a form that could be read; one that holds the key anywhere counts
WITH named AS (
  SELECT r.row_number, unnest(
    CASE WHEN r.application_id IS NULL THEN regexp_extract_all(r.original_text, '[1-9][0-9]*') ELSE [r.application_id::VARCHAR] END
  ) AS key
  FROM core.rejected_rows_v1 AS r
  WHERE r.batch_id = $batch_id AND r.source_file = $source_file
)
SELECT DISTINCT n.row_number
FROM named AS n
WHERE ops.keyed_sha256($kind, n.key) IN (
  SELECT s.key_sha256 FROM ops.suppressed_keys_v1 AS s WHERE s.kind = $kind AND s.through_on >= $received_on
)
ORDER BY n.row_number
