-- severity: fail
-- grain: one row per delivery whose received rows are not those of its application file
-- reads: ops.batches_v1, ops.batch_files_v1
-- params: none
-- why: what was received is counted apart from what became of it, also where the delivery was refused
SELECT b.batch_id, b.n_received, coalesce(sum(f.n_received), 0) AS n_in_files
FROM ops.batches_v1 AS b
LEFT JOIN ops.batch_files_v1 AS f ON f.batch_id = b.batch_id AND f.table_name = 'application'
GROUP BY b.batch_id, b.n_received
HAVING b.n_received <> coalesce(sum(f.n_received), 0)
