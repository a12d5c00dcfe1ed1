-- grain: at most one row, the delivery
-- reads: ops.batches_v1, core.requeued_rows_v1
-- params: $batch_id
-- why: its rows come back as the next version of its day; a delivery of that day that came later says more than an older quarantine
SELECT
  b.received_on, b.origin, b.is_refused, b.refused_because,
  (
    SELECT max(later.batch_id)
    FROM ops.batches_v1 AS later
    WHERE later.received_on = b.received_on AND later.batch_id > b.batch_id
      AND later.batch_id NOT IN (SELECT requeued_in_batch_id FROM core.requeued_rows_v1)
  ) AS later_batch_id
FROM ops.batches_v1 AS b
WHERE b.batch_id = $batch_id
