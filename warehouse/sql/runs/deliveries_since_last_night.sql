-- grain: one row per delivery taken in or refused since the last night that ended well
-- reads: marts.batches, ops.batches_v1, ops.batch_files_v1, ops.runs_v1
-- params: none
-- why: what a night reports comes from the ledger, so that nothing is lost between a night that was stopped and the next
WITH last_night AS (
  SELECT coalesce(max(ended_at), TIMESTAMP '0001-01-01') AS ended_at
  FROM ops.runs_v1
  WHERE status = 'done' AND command IN ('nightly', 'backfill')
),
accepted AS (
  SELECT batch_id, sum(n_accepted) AS n_accepted FROM ops.batch_files_v1 WHERE table_name = 'application' GROUP BY batch_id
)
SELECT
  b.batch_id, b.received_on, b.origin, b.n_received, coalesce(a.n_accepted, 0)::BIGINT AS n_accepted, m.n_quarantined, m.n_duplicates,
  m.n_withdrawn, b.is_refused, b.refused_because
FROM ops.batches_v1 AS b
JOIN marts.batches AS m ON m.batch_id = b.batch_id
LEFT JOIN accepted AS a ON a.batch_id = b.batch_id
WHERE b.ingested_at > (SELECT l.ended_at FROM last_night AS l)
ORDER BY b.batch_id
