-- grain: one row per business date with a delivery that was not history
-- reads: marts.batches
-- params: none
-- why: the index over all nights
SELECT
  received_on AS as_of, sum(n_received)::BIGINT AS n_received, sum(n_scored)::BIGINT AS n_scored,
  sum(n_quarantined)::BIGINT AS n_quarantined, sum(n_refused)::BIGINT AS n_refused,
  count(*) FILTER (WHERE status = 'refused') AS n_refused_deliveries
FROM marts.batches
WHERE origin = 'nightly'
GROUP BY received_on
ORDER BY received_on
