-- grain: one row per file of a delivery
-- reads: nothing
-- params: $batch_id
-- why: a step replaces exactly its own key; the last version of a day is refused again and again
DELETE FROM ops.batch_files_v1 WHERE batch_id = $batch_id
