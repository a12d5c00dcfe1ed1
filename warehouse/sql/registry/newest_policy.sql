-- grain: at most one row, the policy applied last
-- reads: registry.policies_v1
-- params: none
-- why: the file of tonight has to be this one
SELECT policy_sha256
FROM registry.policies_v1
ORDER BY policy_id DESC
LIMIT 1
