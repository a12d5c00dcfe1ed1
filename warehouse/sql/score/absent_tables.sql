-- grain: one row per history table that usually arrives and is absent from a day
-- reads: ops.batches_v1, ops.batch_files_v1
-- params: $batch_id INTEGER, $usual_batches INTEGER, $usual_share DOUBLE
-- why: a table is usual if it came on most of the days up to its last arrival. Days without it since then do not count, or an
--      outage would make itself usual. Only days before this one are judged, so a night that catches up judges as on time.
WITH days AS (
  SELECT received_on, row_number() OVER (ORDER BY received_on) AS number
  FROM ops.batches_v1
  WHERE NOT is_refused AND n_received > 0 AND received_on < core.received_on($batch_id)
  GROUP BY received_on
),
-- A file whose every row is bad, or belongs to nobody, did not arrive.
arrivals AS (
  SELECT DISTINCT f.table_name, d.number
  FROM days AS d
  JOIN ops.batches_v1 AS b ON b.received_on = d.received_on AND NOT b.is_refused
  JOIN ops.batch_files_v1 AS f ON f.batch_id = b.batch_id
  WHERE f.table_name NOT IN ('application', 'outcomes') AND f.n_accepted > f.n_orphans
),
last_arrivals AS (SELECT table_name, max(number) AS number FROM arrivals GROUP BY table_name),
usual AS (
  SELECT l.table_name
  FROM last_arrivals AS l
  JOIN arrivals AS a ON a.table_name = l.table_name AND a.number > l.number - $usual_batches
  GROUP BY l.table_name, l.number
  HAVING count(*) >= $usual_share * least($usual_batches, l.number)
),
tonight AS (
  SELECT DISTINCT f.table_name
  FROM ops.batches_v1 AS b
  JOIN ops.batch_files_v1 AS f ON f.batch_id = b.batch_id
  WHERE b.received_on = core.received_on($batch_id) AND b.batch_id <= $batch_id AND NOT b.is_refused AND f.n_accepted > f.n_orphans
)
SELECT u.table_name
FROM usual AS u
ANTI JOIN tonight AS t ON t.table_name = u.table_name
ORDER BY u.table_name
