-- Rejected rows of one chunk of one file, with their original text.
-- Grain: one row per rejected row. Reads: rejected (row_number, application_id, original_text). Params: $batch_id, $source_file.
-- Why: a rejected row can be mended and delivered again only if it is kept as it came.
INSERT INTO core.rejected_rows_v1 BY NAME
SELECT $batch_id AS batch_id, $source_file AS source_file, row_number, application_id, original_text FROM rejected
