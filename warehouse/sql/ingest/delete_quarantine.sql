-- grain: all rows of one delivery and file
-- reads: nothing
-- params: $batch_id, $source_file
-- why: what cannot be read, or is refused, leaves no half of a record
DELETE FROM core.quarantine_v1 WHERE batch_id = $batch_id AND source_file = $source_file
