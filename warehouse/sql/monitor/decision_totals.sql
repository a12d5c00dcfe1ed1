-- grain: one row per window
-- reads: score.decisions_v1, core.withdrawals_v1, monitor.model_scores
-- params: $as_of DATE, $windows INTEGER[], $model_version, $approve_below DOUBLE (PD below which the bands alone approve)
-- why: approvals, mean PD and money of a window: calendar days ($as_of - window, $as_of], each application once in its newest
--      version, nightly ones only, and of these what that model scored, as champion or as challenger. PDs have 12 decimals, so
--      their sums are exact.
WITH wanted AS (SELECT unnest($windows)::INTEGER AS window_days),
newest AS (
  SELECT d.application_id, d.batch_id, d.received_on
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.application_id > 0 AND d.origin = 'nightly' AND d.received_on <= $as_of AND d.received_on > $as_of - (SELECT max(window_days) FROM wanted)
  QUALIFY row_number() OVER (PARTITION BY d.application_id ORDER BY d.batch_id DESC) = 1
),
scored AS (
  SELECT n.received_on, s.pd, s.pd::DECIMAL(18, 12) AS exact_pd, s.decision
  FROM newest AS n
  JOIN monitor.model_scores AS s
    ON s.application_id = n.application_id AND s.batch_id = n.batch_id AND s.model_version = $model_version
)
SELECT
  w.window_days,
  count(s.pd) AS n,
  count(s.pd) FILTER (WHERE s.decision = 'approve') AS n_approved,
  count(s.pd) FILTER (WHERE s.decision = 'review') AS n_review,
  count(s.pd) FILTER (WHERE s.decision = 'decline') AS n_declined,
  coalesce(sum(s.exact_pd), 0)::DOUBLE AS sum_pd,
  coalesce(sum(s.exact_pd) FILTER (WHERE s.decision = 'approve'), 0)::DOUBLE AS sum_pd_approved,
  count(s.pd) FILTER (WHERE s.pd < $approve_below) AS n_band,
  coalesce(sum(s.exact_pd) FILTER (WHERE s.pd < $approve_below), 0)::DOUBLE AS sum_pd_band,
  count(DISTINCT s.received_on)::INTEGER AS days_seen
FROM wanted AS w
LEFT JOIN scored AS s ON s.received_on > $as_of - w.window_days
GROUP BY w.window_days
ORDER BY w.window_days
