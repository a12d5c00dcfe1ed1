-- grain: one change of champion
-- reads: registry.promotions_v1
-- params: $kind, $model_version, $former_model_version, $effective_on, $approved_by, $reason, $promoted_at, $requested_by, $gate_id,
--   $policy_sha256
-- why: appended, never edited: who was champion on which day stays known
INSERT INTO registry.promotions_v1 BY NAME
SELECT
  (SELECT coalesce(max(p.promotion_id), 0) + 1 FROM registry.promotions_v1 AS p) AS promotion_id,
  $kind AS kind, $model_version AS model_version, $former_model_version AS former_model_version,
  $effective_on AS effective_on, $approved_by AS approved_by, $reason AS reason, $promoted_at AS promoted_at,
  $requested_by AS requested_by, $gate_id AS gate_id, $policy_sha256 AS policy_sha256
