-- Nothing of a refused delivery stays in raw.
-- Grain: all accepted rows of one delivery and table. Params: $batch_id. {table} is a name of the closed list of delivered tables.
-- Why: a refused delivery keeps its ledger and its quarantine only.
DELETE FROM raw.{table}_v1 WHERE batch_id = $batch_id
