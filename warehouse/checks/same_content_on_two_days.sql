-- severity: warn
-- grain: one row per delivery whose files equal those of another day
-- reads: ops.batches_v1, ops.runs_v1
-- params: none
-- why: a folder copied under another date is legal, and nearly always a mistake of the sender; told once
SELECT b.batch_id, min(other.batch_id) AS same_as_batch_id
FROM ops.batches_v1 AS b
JOIN ops.batches_v1 AS other ON other.content_sha256 = b.content_sha256 AND other.received_on < b.received_on
WHERE b.n_received > 0
  AND b.ingested_at >= (
    SELECT coalesce(max(r.ended_at), TIMESTAMP '0001-01-01')
    FROM ops.runs_v1 AS r
    WHERE r.status = 'done' AND r.command IN ('nightly', 'backfill')
  )
GROUP BY b.batch_id
