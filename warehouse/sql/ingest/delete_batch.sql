-- grain: one row
-- reads: nothing
-- params: $batch_id
-- why: a step replaces exactly its own key; the last version of a day is refused again and again
DELETE FROM ops.batches_v1 WHERE batch_id = $batch_id
