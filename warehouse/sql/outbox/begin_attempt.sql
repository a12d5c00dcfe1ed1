-- grain: one row of the outbox
-- reads: ops.outbox_v1
-- params: $outbox_id, $attempted_at
-- why: counted before it is made: an attempt that the process does not survive is an attempt, and its outcome unknown
UPDATE ops.outbox_v1
SET n_attempts = n_attempts + 1, attempted_at = $attempted_at, last_error = 'Interrupted'
WHERE outbox_id = $outbox_id AND delivered_at IS NULL
