-- grain: one training that registered a version
-- reads: nothing
-- params: one per column
-- why: the requester has to be known when another person approves, and a request that is made again finds its version
INSERT INTO registry.trainings_v1 BY NAME
SELECT
  $request_id AS request_id, $model_version AS model_version, $requested_by AS requested_by, $reason AS reason,
  $parameters AS parameters, $record_sha256 AS record_sha256, $trained_at AS trained_at
