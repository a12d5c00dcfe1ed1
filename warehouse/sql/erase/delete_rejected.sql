-- grain: one row per row in `erased_rows`
-- reads: erased_rows (registered frame: batch_id, source_file, row_number)
-- params: none
-- why: the original text is personal data
DELETE FROM core.rejected_rows_v1 AS t
USING erased_rows AS r
WHERE t.batch_id = r.batch_id AND t.source_file = r.source_file AND t.row_number = r.row_number
