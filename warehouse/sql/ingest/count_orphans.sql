-- grain: one row
-- reads: raw.bureau_balance_v1
-- params: $batch_id
-- why: they are kept, used by nothing, and counted
SELECT count(*) AS n_orphans FROM raw.bureau_balance_v1 WHERE batch_id = $batch_id AND SK_ID_CURR IS NULL
