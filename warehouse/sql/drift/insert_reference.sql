-- grain: one frozen reference
-- reads: nothing
-- params: $reference_id, $model_version, $policy_sha256, $n_rows, $frozen_at
-- why: what a model is compared with is frozen with it, in the same transaction
INSERT INTO monitor.references_v1 BY NAME
SELECT
  $reference_id AS reference_id, $model_version AS model_version, $policy_sha256 AS policy_sha256, $n_rows AS n_rows,
  $frozen_at AS frozen_at
