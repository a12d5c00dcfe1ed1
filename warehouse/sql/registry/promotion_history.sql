-- grain: one row per change of champion, oldest first
-- reads: registry.promotions_v1
-- params: none
-- why: a rollback walks back through the changes that were not undone
SELECT promotion_id, kind, model_version, former_model_version, effective_on, approved_by, reason, requested_by, gate_id, policy_sha256
FROM registry.promotions_v1
ORDER BY promotion_id
