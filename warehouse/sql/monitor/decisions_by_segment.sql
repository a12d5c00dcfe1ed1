-- grain: one row per window, segment and bin of the PD that holds applications
-- reads: score.decisions_v1, core.withdrawals_v1, monitor.model_scores, monitor_segments (temporary view: application_id, batch_id, segments)
-- params: $as_of DATE, $windows INTEGER[], $model_version, $edges DOUBLE[] (upper edges of the bins, rising, the last infinite)
-- why: approval rate, mean PD and score PSI of segments over the same applications as the totals. A PD on an edge lies below it;
--      bins count from 0. PDs have 12 decimals, so their sums are exact.
WITH wanted AS (SELECT unnest($windows)::INTEGER AS window_days),
newest AS (
  SELECT d.application_id, d.batch_id, d.received_on
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.origin = 'nightly' AND d.received_on <= $as_of AND d.received_on > $as_of - (SELECT max(window_days) FROM wanted)
  QUALIFY row_number() OVER (PARTITION BY d.application_id ORDER BY d.batch_id DESC) = 1
),
binned AS (
  SELECT
    n.application_id, n.batch_id, n.received_on, s.pd::DECIMAL(18, 12) AS exact_pd, s.decision = 'approve' AS is_approved,
    len(list_filter($edges::DOUBLE[], lambda edge: edge < s.pd))::INTEGER AS bin
  FROM newest AS n
  JOIN monitor.model_scores AS s
    ON s.application_id = n.application_id AND s.batch_id = n.batch_id AND s.model_version = $model_version
),
labelled AS (
  SELECT unnest(g.segments) AS segment, b.received_on, b.exact_pd, b.is_approved, b.bin
  FROM binned AS b
  JOIN monitor_segments AS g ON g.application_id = b.application_id AND g.batch_id = b.batch_id
)
SELECT
  w.window_days, l.segment, l.bin,
  count(*) AS n,
  count(*) FILTER (WHERE l.is_approved) AS n_approved,
  sum(l.exact_pd)::DOUBLE AS sum_pd
FROM labelled AS l
JOIN wanted AS w ON l.received_on > $as_of - w.window_days
GROUP BY w.window_days, l.segment, l.bin
ORDER BY w.window_days, l.segment, l.bin
