-- grain: every rule of each row in `erased_rows`
-- reads: erased_rows (registered frame: batch_id, source_file, row_number)
-- params: none
-- why: one line without a key takes their place
DELETE FROM core.quarantine_v1 AS t
USING erased_rows AS r
WHERE t.batch_id = r.batch_id AND t.source_file = r.source_file AND t.row_number = r.row_number
