-- grain: at most one row, a registered version
-- reads: registry.models_v1
-- params: $model_version
-- why: what its files are held to before it may score
SELECT model_version, sha256, threshold, feature_set_id, policy_sha256
FROM registry.models_v1
WHERE model_version = $model_version
