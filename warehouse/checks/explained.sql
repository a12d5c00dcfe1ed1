-- severity: fail
-- grain: one row per application version that is declined or reviewed without a reason, or approved with one
-- reads: score.decisions_v1, score.reasons_v1, score.quality_v1
-- params: none
-- why: nobody is refused without being told why, and every scored row has its quality record
SELECT d.application_id, d.batch_id
FROM score.decisions_v1 AS d
LEFT JOIN (SELECT application_id, batch_id, count(*) AS n, max(rank) AS last FROM score.reasons_v1 GROUP BY ALL) AS r
  ON r.application_id = d.application_id AND r.batch_id = d.batch_id
LEFT JOIN score.quality_v1 AS q ON q.application_id = d.application_id AND q.batch_id = d.batch_id
WHERE (d.decision <> 'approve') <> (r.n IS NOT NULL)
   OR r.n > 4
   OR r.n <> r.last
   OR q.batch_id IS NULL
