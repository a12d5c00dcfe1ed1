-- grain: at most one row
-- reads: ops.batch_files_v1, core.requeued_rows_v1
-- params: $batch_id, $content_sha256
-- why: the same repaired file again changes nothing
SELECT max(q.requeued_in_batch_id) AS batch_id
FROM core.requeued_rows_v1 AS q
JOIN ops.batch_files_v1 AS f ON f.batch_id = q.requeued_in_batch_id
WHERE q.batch_id = $batch_id AND f.content_sha256 = $content_sha256
HAVING max(q.requeued_in_batch_id) IS NOT NULL
