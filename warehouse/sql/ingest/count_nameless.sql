-- grain: one row
-- reads: core.quarantine_v1
-- params: $batch_id, $source_file
-- why: rows in quarantine of which nobody knows whose they are: the key is missing, or is itself what broke a rule
SELECT count(DISTINCT row_number) AS n_nameless
FROM core.quarantine_v1
WHERE batch_id = $batch_id AND source_file = $source_file
  AND rule <> 'erased'
  AND (application_id IS NULL OR (column_name = 'SK_ID_CURR' AND rule <> 'conflicting_duplicate'))
