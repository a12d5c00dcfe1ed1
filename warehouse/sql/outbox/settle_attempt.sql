-- grain: one row of the outbox
-- reads: ops.outbox_v1
-- params: $outbox_id, $delivered_at, $last_error
-- why: delivered, or pending with the class of what went wrong
UPDATE ops.outbox_v1
SET delivered_at = $delivered_at, last_error = $last_error
WHERE outbox_id = $outbox_id AND delivered_at IS NULL
