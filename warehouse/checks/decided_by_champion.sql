-- severity: fail
-- grain: one row per decision that another model, threshold or policy took than those in force on its business date
-- reads: score.decisions_v1, registry.promotions_v1, registry.models_v1, registry.policies_v1
-- params: none
-- why: every decision carries the champion of its business date, that model's threshold and the policy of the date
WITH dates AS (SELECT DISTINCT as_of FROM score.decisions_v1),
champions AS (
  SELECT d.as_of, max_by(p.model_version, p.promotion_id) AS model_version
  FROM dates AS d
  JOIN registry.promotions_v1 AS p ON p.effective_on <= d.as_of
  GROUP BY d.as_of
),
policies AS (
  SELECT d.as_of, max_by(p.policy_sha256, p.policy_id) AS policy_sha256
  FROM dates AS d
  JOIN registry.policies_v1 AS p ON p.effective_on <= d.as_of
  GROUP BY d.as_of
)
SELECT d.application_id, d.batch_id
FROM score.decisions_v1 AS d
LEFT JOIN champions AS c ON c.as_of = d.as_of
LEFT JOIN policies AS p ON p.as_of = d.as_of
LEFT JOIN registry.models_v1 AS m ON m.model_version = d.model_version
WHERE c.model_version IS DISTINCT FROM d.model_version
   OR m.threshold IS DISTINCT FROM d.threshold
   OR p.policy_sha256 IS DISTINCT FROM d.policy_sha256
