-- grain: one row
-- reads: ops.batches_v1
-- params: $as_of DATE
-- why: how old the newest applications are; a refused delivery brought none, and history is no delivery of a night
SELECT max(received_on) AS newest_received_on
FROM ops.batches_v1
WHERE origin = 'nightly' AND NOT is_refused AND n_received > 0 AND received_on <= $as_of
