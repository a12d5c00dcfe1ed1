-- severity: warn
-- grain: one row per shadow decision that the bands of its policy do not give
-- reads: score.shadow_scores_v1, registry.policies_v1
-- params: none
-- why: what the challenger would have decided is recomputed in SQL as decisions are; it decides nothing, so a fault is told and
--      stops no night
WITH bands AS (
  SELECT DISTINCT
    policy_sha256,
    CAST(content ->> '$.bands.review_from' AS DOUBLE) AS review_from,
    CAST(content ->> '$.bands.decline_from' AS DOUBLE) AS decline_from
  FROM registry.policies_v1
)
SELECT s.application_id, s.batch_id
FROM score.shadow_scores_v1 AS s
JOIN bands AS b ON b.policy_sha256 = s.policy_sha256
WHERE s.decided_by = 'score'
  AND s.decision <> CASE
    WHEN s.pd >= b.decline_from * s.threshold THEN 'decline'
    WHEN s.pd >= b.review_from * s.threshold THEN 'review'
    ELSE 'approve'
  END
   OR s.pd NOT BETWEEN 0 AND 1
   OR s.decision NOT IN ('approve', 'review', 'decline')
