-- grain: one row per row of `removed` (row_number)
-- reads: removed
-- params: $batch_id
-- why: raw holds accepted rows only; raw.application_v1 stands for the raw table of any delivered file
DELETE FROM raw.application_v1 WHERE batch_id = $batch_id AND row_number IN (SELECT row_number FROM removed)
