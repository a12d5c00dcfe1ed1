-- Broken rules of one chunk of one file.
-- Grain: one row per rejected row and rule. Reads: failures (application_id, row_number, rule, column_name).
-- Params: $batch_id, $source_file. Why: every rule that a row broke, not the first one.
INSERT INTO core.quarantine_v1 BY NAME
SELECT $batch_id AS batch_id, application_id, $source_file AS source_file, row_number, rule, column_name FROM failures
