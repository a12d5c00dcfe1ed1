-- grain: one row per rejected row that came back
-- reads: settled (source_file, row_number)
-- params: $batch_id (of the rejected rows), $requeued_in_batch_id, $at (UTC)
-- why: twice changes nothing, and an auditor sees what became of a rejected row
INSERT INTO core.requeued_rows_v1 BY NAME
SELECT
  $batch_id AS batch_id, source_file, row_number, $requeued_in_batch_id AS requeued_in_batch_id, $at::TIMESTAMP AS requeued_at
FROM settled
