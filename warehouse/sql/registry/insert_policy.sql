-- grain: one policy put in force
-- reads: registry.policies_v1
-- params: $policy_sha256, $kind, $effective_on, $applied_by, $reason, $content, $applied_at
-- why: the policy in force is the one registered here, whatever the file says
INSERT INTO registry.policies_v1 BY NAME
SELECT
  (SELECT coalesce(max(p.policy_id), 0) + 1 FROM registry.policies_v1 AS p) AS policy_id,
  $policy_sha256 AS policy_sha256, $kind AS kind, $effective_on AS effective_on, $applied_by AS applied_by,
  $reason AS reason, $content AS content, $applied_at AS applied_at
