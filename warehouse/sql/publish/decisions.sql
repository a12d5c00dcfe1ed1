-- grain: one row per application, its decision in force
-- reads: snapshot.marts.decision_history
-- params: none
-- why: the same as marts.decisions, read off the history that is in the snapshot already; a test holds the two together
SELECT
  application_id, received_on, as_of, batch_id, pd, score_points, decision, threshold, model_version, policy_sha256,
  reason_1, reason_2, reason_3, reason_4, decided_at, decided_by, features_sha256
FROM snapshot.marts.decision_history
WHERE superseded_at IS NULL
