-- grain: business date that the published snapshot knows
-- reads: marts.batches, marts.decision_history
-- params: none
-- why: what was published after the last good backup is what a restored warehouse lacks
SELECT
  coalesce(batches.received_on, decided.as_of) AS business_date,
  decided.as_of IS NOT NULL AS is_decided
FROM (SELECT DISTINCT received_on FROM marts.batches) AS batches
FULL JOIN (SELECT DISTINCT as_of FROM marts.decision_history) AS decided
  ON decided.as_of = batches.received_on
ORDER BY business_date
