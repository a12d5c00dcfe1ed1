-- grain: one model version
-- reads: registry.models_v1
-- params: one per column
-- why: the registry is the truth about which model files may score
INSERT INTO registry.models_v1 BY NAME
SELECT
  $model_version AS model_version, $trained_at AS trained_at, $trained_as_of AS trained_as_of, $n_rows AS n_rows,
  $auc AS auc, $gini AS gini, $ks AS ks, $brier AS brier, $cost AS cost, $threshold AS threshold,
  $feature_set_id AS feature_set_id, $policy_sha256 AS policy_sha256, $sha256 AS sha256, $manifest AS manifest,
  (SELECT coalesce(max(m.model_number), 0) + 1 FROM registry.models_v1 AS m) AS model_number
