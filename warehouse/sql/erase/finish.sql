-- grain: one erasure
-- reads: nothing
-- params: $erasure_id, $at (UTC)
-- why: files, backups and snapshot are clean too
UPDATE ops.erasures_v1 SET finished_at = $at::TIMESTAMP, pending_credits = NULL WHERE erasure_id = $erasure_id
