-- grain: one row per rejected row of a delivery that was not taken in again
-- reads: core.rejected_rows_v1, core.requeued_rows_v1, ops.batch_files_v1
-- params: $batch_id
-- why: only what is still in quarantine may come back, and only once
SELECT r.source_file, f.table_name, f.content_sha256, r.row_number, r.application_id
FROM core.rejected_rows_v1 AS r
JOIN ops.batch_files_v1 AS f ON f.batch_id = r.batch_id AND f.source_file = r.source_file
ANTI JOIN core.requeued_rows_v1 AS q
  ON q.batch_id = r.batch_id AND q.source_file = r.source_file AND q.row_number = r.row_number
WHERE r.batch_id = $batch_id
ORDER BY r.source_file, r.row_number
