-- grain: business date with a delivery on record
-- reads: ops.batches_v1
-- params: none
-- why: a backup says which deliveries it knows, so that what came after it can be named
SELECT DISTINCT
  received_on
FROM ops.batches_v1
ORDER BY received_on
