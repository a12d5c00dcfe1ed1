-- grain: one run
-- reads: ops.runs_v1
-- params: $run_id, $ended_at, $status, $message
-- why: how it ended, in one line of counts
UPDATE ops.runs_v1
SET ended_at = $ended_at, status = $status, message = $message
WHERE run_id = $run_id
RETURNING command, as_of
