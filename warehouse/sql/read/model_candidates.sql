-- grain: one row per candidate of the training that gave a version
-- reads: marts.candidates
-- params: $model_version
-- why: what the version was chosen among, the best first
SELECT
  candidate, auc, auc_lower, auc_upper, auc_difference, auc_difference_lower, auc_difference_upper, cost, cost_lower, cost_upper,
  cost_difference, cost_difference_lower, cost_difference_upper, threshold, seconds, may_become_champion
FROM marts.candidates
WHERE model_version = $model_version
ORDER BY auc DESC NULLS LAST, candidate
