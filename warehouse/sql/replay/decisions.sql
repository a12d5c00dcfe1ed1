-- grain: one row per decision to replay
-- reads: replayed_keys (registered frame: application_id, batch_id), score.decisions_v1, score.quality_v1
-- params: none
-- why: what was decided, and what its inputs lacked, as stored
SELECT
  d.application_id, d.batch_id, d.received_on, d.as_of, d.features_sha256, d.model_version, d.policy_sha256, d.pd, d.score_points,
  d.threshold, d.decision, d.decided_by, q.n_inputs, q.n_filled, q.missing_tables, q.missing_columns, q.unseen_columns,
  q.out_of_range_columns
FROM replayed_keys AS k
JOIN score.decisions_v1 AS d ON d.application_id = k.application_id AND d.batch_id = k.batch_id
LEFT JOIN score.quality_v1 AS q ON q.application_id = k.application_id AND q.batch_id = k.batch_id
ORDER BY d.batch_id, d.application_id
