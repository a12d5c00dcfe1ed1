-- grain: one row per set of decisions: those of one delivery that were written in one transaction, at one instant
-- reads: score.decisions_v1
-- params: none
-- why: which sets there are, and how large, so that their fingerprints are worked out some at a time. The table and no view, because
--      a view in the warehouse can be replaced.
SELECT batch_id, decided_at, count(*) AS n_decisions
FROM score.decisions_v1
GROUP BY batch_id, decided_at
ORDER BY batch_id, decided_at
