-- grain: one row per delivery of the newest business dates that were not history
-- reads: marts.batches
-- params: none
-- why: what came in lately and what became of it
SELECT received_on, status, n_received, n_scored, n_quarantined, n_duplicates, n_refused, refused_because
FROM marts.batches
WHERE status <> 'history'
ORDER BY batch_id DESC
LIMIT 7
