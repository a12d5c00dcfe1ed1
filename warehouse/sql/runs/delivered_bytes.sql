-- grain: one row per business date that something was taken in or refused of
-- reads: ops.batches_v1, ops.batch_files_v1
-- params: none
-- why: what the home has grown by for each delivered byte tells what the next delivery will need
SELECT b.received_on, coalesce(sum(f.n_bytes) FILTER (NOT b.is_refused), 0)::BIGINT AS n_bytes
FROM ops.batches_v1 AS b
LEFT JOIN ops.batch_files_v1 AS f ON f.batch_id = b.batch_id
GROUP BY b.received_on
ORDER BY b.received_on
