-- Takes what a refused delivery wrote out of core.rejected_rows_v1.
-- Grain: all rows of one delivery and file. Params: $batch_id, $source_file. Why: what cannot be read, or is refused, leaves no half of a record.
DELETE FROM core.rejected_rows_v1 WHERE batch_id = $batch_id AND source_file = $source_file
