-- grain: one row per entry of the chain
-- reads: ops.audit_v1
-- params: none
-- why: every byte as stored, in order, to be hashed anew
SELECT audit_id, recorded_at, kind, actor, subject, detail::VARCHAR AS detail, content_sha256, previous_sha256, sha256
FROM ops.audit_v1
ORDER BY audit_id
