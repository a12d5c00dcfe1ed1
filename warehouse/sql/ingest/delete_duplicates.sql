-- Takes what a refused delivery wrote out of core.duplicates_v1.
-- Grain: all rows of one delivery and file. Params: $batch_id. Why: what cannot be read, or is refused, leaves no half of a record.
DELETE FROM core.duplicates_v1 WHERE batch_id = $batch_id
