-- grain: one row per registered model version
-- reads: marts.models
-- params: none
-- why: the truth that MLflow follows; the same view that analysts read, so that the two cannot tell different champions
SELECT model_version, sha256, role
FROM marts.models
ORDER BY trained_at, model_version
