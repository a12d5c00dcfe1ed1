-- grain: one row per decision to replay
-- reads: score.decisions_v1
-- params: $sample BIGINT (NULL: all), $seed BIGINT
-- why: a sample by hash of the key is the same whatever the order of rows; sorted, so that one model and policy serve many rows
WITH drawn AS (
  SELECT DISTINCT application_id, batch_id, model_version, policy_sha256
  FROM score.decisions_v1
  ORDER BY md5(application_id || '/' || batch_id || '/' || $seed), application_id, batch_id
  LIMIT (coalesce($sample, (SELECT count(*) FROM score.decisions_v1)))
)
SELECT application_id, batch_id, model_version, policy_sha256
FROM drawn
ORDER BY model_version, policy_sha256, batch_id, application_id
