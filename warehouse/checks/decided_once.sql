-- severity: fail
-- grain: one row per application version with more than one decision
-- reads: score.decisions_v1
-- params: none
-- why: nothing is decided twice
SELECT application_id, batch_id, count(*) AS n_decisions
FROM score.decisions_v1
GROUP BY application_id, batch_id
HAVING count(*) > 1
