-- grain: at most one row, the training of a version
-- reads: registry.trainings_v1
-- params: $model_version
-- why: who asked for a version, and with which parameters it was fitted
SELECT request_id, model_version, requested_by, reason, parameters, record_sha256
FROM registry.trainings_v1
WHERE model_version = $model_version
