-- grain: one row
-- reads: ops.batches_v1
-- params: none
-- why: what is received later than the newest delivery is not what was erased
SELECT max(received_on) AS newest_received_on FROM ops.batches_v1
