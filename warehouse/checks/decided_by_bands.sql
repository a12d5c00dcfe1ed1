-- severity: fail
-- grain: one row per decision that the bands of its policy do not give
-- reads: score.decisions_v1, registry.policies_v1
-- params: none
-- why: the decision is recomputed in SQL from what is stored: PD, threshold and the policy's multiples
WITH bands AS (
  SELECT DISTINCT
    policy_sha256,
    CAST(content ->> '$.bands.review_from' AS DOUBLE) AS review_from,
    CAST(content ->> '$.bands.decline_from' AS DOUBLE) AS decline_from
  FROM registry.policies_v1
)
SELECT d.application_id, d.batch_id
FROM score.decisions_v1 AS d
JOIN bands AS b ON b.policy_sha256 = d.policy_sha256
WHERE d.decided_by = 'score'
  AND d.decision <> CASE
    WHEN d.pd >= b.decline_from * d.threshold THEN 'decline'
    WHEN d.pd >= b.review_from * d.threshold THEN 'review'
    ELSE 'approve'
  END
   OR d.pd NOT BETWEEN 0 AND 1
   OR d.decision NOT IN ('approve', 'review', 'decline')
