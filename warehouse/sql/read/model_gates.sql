-- grain: one row per evaluation of a version's gate
-- reads: marts.gates
-- params: $model_version
-- why: the last one comes first and is the one that can still hold
SELECT
  gate_id, champion_version, policy_sha256, verdict, n_rows, n_bad, auc_challenger, auc_champion, auc_difference,
  auc_difference_lower, auc_difference_upper, cost_challenger, cost_champion, cost_difference, cost_difference_upper,
  calibration_slope, calibration_ratio, evaluated_at
FROM marts.gates
WHERE model_version = $model_version
ORDER BY gate_id DESC
