-- grain: one row per application of one window, in its newest version
-- reads: score.decisions_v1, core.withdrawals_v1
-- params: $as_of DATE, $window_days INTEGER, $model_version VARCHAR
-- why: the applications that the window's figures count: nightly ones, scored by the champion
WITH newest AS (
  SELECT d.application_id, d.batch_id, d.model_version, d.pd, d.score_points, d.decision
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.origin = 'nightly' AND d.received_on <= $as_of AND d.received_on > $as_of - $window_days
  QUALIFY row_number() OVER (PARTITION BY d.application_id ORDER BY d.batch_id DESC) = 1
)
SELECT application_id, batch_id, pd, score_points, decision
FROM newest
WHERE model_version = $model_version
ORDER BY application_id
