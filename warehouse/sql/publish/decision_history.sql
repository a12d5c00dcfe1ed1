-- grain: one row per decision ever taken
-- reads: score.decisions_v1, score.reasons_v1, core.withdrawals_v1
-- params: none
-- why: the same as marts.decision_history, for all decisions at once; a test holds the two together. The view's greatest text of
--      each rank is held outside of DuckDB's limit for every person refused, 1.1 GB for 10 million applications: here it is a
--      number, since a policy has few texts. And only who was decided more than once is looked at for a newer decision.
WITH texts AS (
  SELECT reason_text, row_number() OVER (ORDER BY reason_text) AS text_no
  FROM (SELECT DISTINCT reason_text FROM score.reasons_v1)
),
told AS (
  SELECT
    r.application_id, r.batch_id,
    max(t.text_no) FILTER (WHERE r.rank = 1) AS text_1,
    max(t.text_no) FILTER (WHERE r.rank = 2) AS text_2,
    max(t.text_no) FILTER (WHERE r.rank = 3) AS text_3,
    max(t.text_no) FILTER (WHERE r.rank = 4) AS text_4
  FROM score.reasons_v1 AS r
  JOIN texts AS t ON t.reason_text = r.reason_text
  GROUP BY r.application_id, r.batch_id
),
several AS (
  SELECT application_id
  FROM score.decisions_v1
  GROUP BY application_id
  HAVING count(*) > 1
),
-- A newer version's decision supersedes from the moment it was taken; one that was itself withdrawn supersedes nothing.
superseded AS (
  SELECT
    d.application_id, d.batch_id,
    min(d.decided_at) FILTER (WHERE w.withdrawn_at IS NULL) OVER (
      PARTITION BY d.application_id ORDER BY d.batch_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS newer_decided_at
  FROM score.decisions_v1 AS d
  SEMI JOIN several AS s ON s.application_id = d.application_id
  LEFT JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
)
SELECT
  d.application_id, d.received_on, d.as_of, d.batch_id, d.pd, d.score_points, d.decision, d.threshold, d.model_version,
  d.policy_sha256, t1.reason_text AS reason_1, t2.reason_text AS reason_2, t3.reason_text AS reason_3, t4.reason_text AS reason_4,
  d.decided_at, d.decided_by, d.features_sha256,
  CASE WHEN least(w.withdrawn_at, s.newer_decided_at) IS NOT NULL
       THEN greatest(d.decided_at, least(w.withdrawn_at, s.newer_decided_at)) END AS superseded_at
FROM score.decisions_v1 AS d
LEFT JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
LEFT JOIN superseded AS s ON s.application_id = d.application_id AND s.batch_id = d.batch_id
LEFT JOIN told AS r ON r.application_id = d.application_id AND r.batch_id = d.batch_id
LEFT JOIN texts AS t1 ON t1.text_no = r.text_1
LEFT JOIN texts AS t2 ON t2.text_no = r.text_2
LEFT JOIN texts AS t3 ON t3.text_no = r.text_3
LEFT JOIN texts AS t4 ON t4.text_no = r.text_4
