-- grain: one row per row in `erased_rows`
-- reads: erased_rows (registered frame: batch_id, source_file, row_number)
-- params: none
-- why: the books of a delivery balance without the person
INSERT INTO core.quarantine_v1 BY NAME
SELECT
  r.batch_id, NULL::BIGINT AS application_id, r.source_file, r.row_number, 'erased' AS rule, NULL::VARCHAR AS column_name
FROM erased_rows AS r
ORDER BY r.batch_id, r.source_file, r.row_number
