-- grain: one row per rejected row and rule
-- reads: failures (application_id, row_number, rule, column_name)
-- params: $batch_id, $source_file
-- why: every rule that a row broke, not the first one
INSERT INTO core.quarantine_v1 BY NAME
SELECT $batch_id AS batch_id, application_id, $source_file AS source_file, row_number, rule, column_name FROM failures
