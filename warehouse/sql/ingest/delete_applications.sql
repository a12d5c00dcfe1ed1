-- Takes rows that turned out to be duplicates or conflicts out of the accepted ones of the same, unfinished delivery.
-- Grain: one row per row of `removed` (row_number). Reads: removed. Params: $batch_id. Why: raw holds accepted rows only.
DELETE FROM raw.application_v1 WHERE batch_id = $batch_id AND row_number IN (SELECT row_number FROM removed)
