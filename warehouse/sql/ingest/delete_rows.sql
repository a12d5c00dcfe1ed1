-- grain: all accepted rows of one delivery and table
-- reads: nothing
-- params: $batch_id
-- why: a refused delivery keeps its ledger and its quarantine only
DELETE FROM raw.application_v1 WHERE batch_id = $batch_id
