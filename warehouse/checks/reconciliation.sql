-- severity: fail
-- grain: one row per delivery whose application rows do not add up
-- reads: marts.batches
-- params: none
-- why: received = scored + quarantined + duplicates + history + refused, for every delivery, always
SELECT batch_id, status, n_received, n_scored, n_quarantined, n_duplicates, n_history, n_refused
FROM marts.batches
WHERE n_received <> n_scored + n_quarantined + n_duplicates + n_history + n_refused AND status <> 'pending'
   OR n_refused < 0
   OR n_received < n_scored + n_quarantined + n_duplicates + n_history + n_refused
