-- grain: at most one row, a policy that was in force at some time
-- reads: registry.policies_v1
-- params: $policy_sha256
-- why: a decision is replayed under the policy that took it, whichever is in force now
SELECT policy_sha256, content
FROM registry.policies_v1
WHERE policy_sha256 = $policy_sha256
ORDER BY policy_id
LIMIT 1
