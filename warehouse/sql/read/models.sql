-- grain: one row per model version
-- reads: marts.models
-- params: none
-- why: the versions of a home, the newest first
SELECT
  model_version, role, trained_at, n_rows, auc, gini, ks, brier, cost, threshold, sha256, trained_as_of, requested_by, reason,
  model_number
FROM marts.models
ORDER BY model_number DESC
