-- grain: one row per application of one window, in its newest version
-- reads: score.decisions_v1, core.withdrawals_v1, monitor.model_scores
-- params: $as_of DATE, $window_days INTEGER, $model_version VARCHAR
-- why: the applications that the window's figures count: nightly ones, scored by the champion, also while it was
--      the challenger
WITH newest AS (
  SELECT d.application_id, d.batch_id
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.application_id > 0 AND d.origin = 'nightly' AND d.received_on <= $as_of AND d.received_on > $as_of - $window_days
  QUALIFY row_number() OVER (PARTITION BY d.application_id ORDER BY d.batch_id DESC) = 1
)
SELECT n.application_id, n.batch_id, s.pd, s.score_points, s.decision
FROM newest AS n
JOIN monitor.model_scores AS s
  ON s.application_id = n.application_id AND s.batch_id = n.batch_id AND s.model_version = $model_version
ORDER BY n.application_id
