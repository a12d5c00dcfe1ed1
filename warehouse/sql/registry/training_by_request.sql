-- grain: at most one row, the version that a request gave
-- reads: registry.trainings_v1
-- params: $request_id
-- why: a training that is started again after it was registered goes on with what it registered
SELECT model_version
FROM registry.trainings_v1
WHERE request_id = $request_id
