-- severity: warn
-- grain: one row per shadow score that does not stand beside a decision as it should
-- reads: score.shadow_scores_v1, score.decisions_v1, registry.models_v1
-- params: none
-- why: a shadow score belongs to a decided version, once, by another model than decided it, under the same policy and with the
--      threshold of its model. It decides nothing, so a fault in it is told and stops no night.
WITH counted AS (SELECT s.*, count(*) OVER (PARTITION BY s.application_id, s.batch_id) AS n_scores FROM score.shadow_scores_v1 AS s)
SELECT c.application_id, c.batch_id
FROM counted AS c
LEFT JOIN score.decisions_v1 AS d ON d.application_id = c.application_id AND d.batch_id = c.batch_id
LEFT JOIN registry.models_v1 AS m ON m.model_version = c.model_version
WHERE d.batch_id IS NULL
   OR c.n_scores > 1
   OR c.model_version = d.model_version
   OR c.as_of <> d.as_of
   OR c.policy_sha256 <> d.policy_sha256
   OR m.threshold IS DISTINCT FROM c.threshold
