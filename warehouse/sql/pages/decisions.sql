-- grain: one row per decision value
-- reads: marts.decision_history
-- params: $as_of
-- why: all decisions taken for the business date, so that they add up to what the deliveries say was scored, whatever came later
SELECT decision, count(*) AS n, (sum(pd::DECIMAL(18, 12)) / count(*))::DOUBLE AS mean_pd
FROM marts.decision_history
WHERE as_of = $as_of
GROUP BY decision
ORDER BY decision
