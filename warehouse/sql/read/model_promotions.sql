-- grain: one row per change of champion that a version was part of
-- reads: marts.promotions
-- params: $model_version
-- why: when it became champion, and when another took its place
SELECT
  promotion_id, kind, model_version, former_model_version, effective_on, approved_by, reason, promoted_at, requested_by, gate_id,
  policy_sha256
FROM marts.promotions
WHERE $model_version IN (model_version, former_model_version)
ORDER BY promotion_id
