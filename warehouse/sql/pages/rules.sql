-- grain: one row per rule, column and file of the business date's deliveries
-- reads: marts.quarantine, marts.batches
-- params: $as_of
-- why: which rule sent how many rows to quarantine, the worst first
SELECT q.rule, q.column_name, q.source_file, count(DISTINCT (q.batch_id, q.row_number)) AS n_rows
FROM marts.quarantine AS q
JOIN marts.batches AS b ON b.batch_id = q.batch_id
WHERE b.received_on = $as_of
GROUP BY q.rule, q.column_name, q.source_file
ORDER BY n_rows DESC, q.rule, q.column_name, q.source_file
