-- grain: at most one row, the policy in force on a business date
-- reads: registry.policies_v1
-- params: $as_of DATE
-- why: a late delivery is decided by the policy of its day
SELECT policy_sha256, content
FROM registry.policies_v1
WHERE effective_on <= $as_of
ORDER BY policy_id DESC
LIMIT 1
