-- grain: one row, the last entry of the audit chain; none where the chain is empty
-- reads: ops.audit_v1
-- params: none
-- why: a chain that was cut off is found by the head that was kept outside the warehouse
SELECT
  sha256
FROM ops.audit_v1
ORDER BY audit_id DESC
LIMIT 1
