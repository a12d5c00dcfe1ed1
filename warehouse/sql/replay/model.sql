-- grain: at most one row, a registered model version
-- reads: registry.models_v1
-- params: $model_version
-- why: a decision is replayed with the model that took it, whoever is champion now
SELECT model_version, sha256, threshold, feature_set_id
FROM registry.models_v1
WHERE model_version = $model_version
