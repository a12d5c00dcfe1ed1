-- grain: one row per history table that usually arrives and is absent from a day
-- reads: ops.batches_v1, ops.batch_files_v1
-- params: $batch_id INTEGER, $usual_batches INTEGER, $usual_share DOUBLE
-- why: usual is judged on the deliveries of applications before that day, so a night that catches up judges as on time
WITH days AS (
  SELECT received_on, list(batch_id) AS batch_ids
  FROM ops.batches_v1
  WHERE NOT is_refused AND n_received > 0 AND received_on < core.received_on($batch_id)
  GROUP BY received_on
  ORDER BY received_on DESC
  LIMIT $usual_batches
),
arrived AS (
  SELECT f.table_name, count(DISTINCT d.received_on) AS n_days
  FROM days AS d
  JOIN ops.batch_files_v1 AS f ON list_contains(d.batch_ids, f.batch_id)
  WHERE f.table_name NOT IN ('application', 'outcomes') AND f.n_accepted > f.n_orphans
  GROUP BY f.table_name
),
tonight AS (
  SELECT DISTINCT f.table_name
  FROM ops.batches_v1 AS b
  JOIN ops.batch_files_v1 AS f ON f.batch_id = b.batch_id
  WHERE b.received_on = core.received_on($batch_id) AND b.batch_id <= $batch_id AND NOT b.is_refused AND f.n_accepted > f.n_orphans
)
SELECT a.table_name
FROM arrived AS a
ANTI JOIN tonight AS t ON t.table_name = a.table_name
WHERE a.n_days >= $usual_share * (SELECT count(*) FROM days)
ORDER BY a.table_name
