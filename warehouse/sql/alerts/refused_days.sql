-- grain: one row per business date whose newest delivery is refused
-- reads: ops.batches_v1
-- params: $as_of DATE, $days INTEGER
-- why: a refused day stays a finding until it is delivered again and taken in, or no window reaches it any more
SELECT received_on, batch_id, n_received, refused_because
FROM ops.batches_v1
WHERE received_on <= $as_of AND received_on > $as_of - $days
QUALIFY row_number() OVER (PARTITION BY received_on ORDER BY batch_id DESC) = 1 AND is_refused
ORDER BY received_on
