-- grain: one row
-- reads: core.rejected_rows_v1
-- params: $batch_id, $source_file
-- why: the share of bad rows decides about the delivery
SELECT count(*) AS n_bad FROM core.rejected_rows_v1 WHERE batch_id = $batch_id AND source_file = $source_file
