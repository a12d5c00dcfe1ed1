-- grain: one policy put in force
-- reads: nothing
-- params: $policy_sha256, $kind, $effective_on, $applied_by, $reason, $content, $applied_at
-- why: the policy in force is the one registered here, whatever the file says
INSERT INTO registry.policies_v1 BY NAME
SELECT
  $policy_sha256 AS policy_sha256, $kind AS kind, $effective_on AS effective_on, $applied_by AS applied_by,
  $reason AS reason, $content AS content, $applied_at AS applied_at
