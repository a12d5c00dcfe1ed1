-- grain: one row per business date on which applications were delivered
-- reads: ops.batches_v1, ops.batch_files_v1, core.quarantine_v1, core.duplicates_v1
-- params: $as_of DATE, $days INTEGER (calendar days back, $as_of included)
-- why: volume, refusals and bad rows per day, in the day's last delivery up to now; a day without a file of applications, of
--      outcomes or histories alone, is none; a refused delivery whose file cannot be read has 0 rows
WITH newest AS (
  SELECT b.batch_id, b.received_on, b.is_refused, b.n_received
  FROM ops.batches_v1 AS b
  WHERE b.origin = 'nightly' AND b.received_on <= $as_of AND b.received_on > $as_of - $days
    AND (b.n_received > 0 OR b.is_refused)
  QUALIFY row_number() OVER (PARTITION BY b.received_on ORDER BY b.batch_id DESC) = 1
),
quarantined AS (
  SELECT q.batch_id, count(DISTINCT q.row_number) AS n
  FROM core.quarantine_v1 AS q
  JOIN ops.batch_files_v1 AS f ON f.batch_id = q.batch_id AND f.source_file = q.source_file AND f.table_name = 'application'
  GROUP BY q.batch_id
),
duplicated AS (SELECT batch_id, count(*) AS n FROM core.duplicates_v1 GROUP BY batch_id)
SELECT
  n.received_on, n.is_refused, n.n_received,
  CASE WHEN n.is_refused THEN greatest(n.n_received - coalesce(q.n, 0) - coalesce(d.n, 0), 0) ELSE 0 END AS n_refused,
  coalesce(q.n, 0) AS n_quarantined
FROM newest AS n
LEFT JOIN quarantined AS q ON q.batch_id = n.batch_id
LEFT JOIN duplicated AS d ON d.batch_id = n.batch_id
ORDER BY n.received_on
