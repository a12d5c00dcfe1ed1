-- grain: at most one row, the newest entry
-- reads: ops.audit_v1
-- params: none
-- why: the next entry is bound to it; kept elsewhere, it shows that the chain was cut
SELECT audit_id, sha256
FROM ops.audit_v1
ORDER BY audit_id DESC
LIMIT 1
