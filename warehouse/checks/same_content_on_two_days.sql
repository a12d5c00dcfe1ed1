-- severity: warn
-- grain: one row per delivery whose files equal those of another day
-- reads: ops.batches_v1
-- params: none
-- why: a folder copied under another date is legal, and nearly always a mistake of the sender
SELECT b.batch_id, min(other.batch_id) AS same_as_batch_id
FROM ops.batches_v1 AS b
JOIN ops.batches_v1 AS other ON other.content_sha256 = b.content_sha256 AND other.received_on < b.received_on
WHERE b.n_received > 0
GROUP BY b.batch_id
