-- How many rows of bureau_balance of a delivery belong to no bureau row.
-- Grain: one row. Reads: raw.bureau_balance_v1. Params: $batch_id. Why: they are kept, used by nothing, and counted.
SELECT count(*) AS n_orphans FROM raw.bureau_balance_v1 WHERE batch_id = $batch_id AND SK_ID_CURR IS NULL
