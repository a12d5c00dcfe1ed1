-- How many rows of a file went to quarantine.
-- Grain: one row. Reads: core.rejected_rows_v1. Params: $batch_id, $source_file. Why: the share of bad rows decides about the delivery.
SELECT count(*) AS n_bad FROM core.rejected_rows_v1 WHERE batch_id = $batch_id AND source_file = $source_file
