-- grain: at most one row, a policy by its hash
-- reads: registry.policies_v1
-- params: $policy_sha256
-- why: the policy of a training may be in force no more
SELECT policy_sha256, content
FROM registry.policies_v1
WHERE policy_sha256 = $policy_sha256
ORDER BY policy_id DESC
LIMIT 1
