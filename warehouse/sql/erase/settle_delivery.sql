-- grain: the newest version of one day, if it has that content
-- reads: ops.batches_v1
-- params: $received_on DATE, $former_sha256, $content_sha256
-- why: a folder that only lost the rows of an erased person is not a new delivery
UPDATE ops.batches_v1
SET content_sha256 = $content_sha256
WHERE received_on = $received_on AND content_sha256 = $former_sha256
  AND day_version = (SELECT max(b.day_version) FROM ops.batches_v1 AS b WHERE b.received_on = $received_on)
RETURNING batch_id
