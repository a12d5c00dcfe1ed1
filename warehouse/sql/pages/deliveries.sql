-- grain: one row per delivery of the business date
-- reads: marts.batches
-- params: $as_of
-- why: what came in, and that the counts add up
SELECT
  batch_id, origin, status, n_received, n_scored, n_quarantined, n_duplicates, n_history, n_refused, refused_because
FROM marts.batches
WHERE received_on = $as_of
ORDER BY batch_id
