-- grain: one row per rejected row
-- reads: rejected (row_number, application_id, original_text)
-- params: $batch_id, $source_file
-- why: a rejected row can be mended and delivered again only if it is kept as it came
INSERT INTO core.rejected_rows_v1 BY NAME
SELECT $batch_id AS batch_id, $source_file AS source_file, row_number, application_id, original_text FROM rejected
