-- grain: one row per day
-- reads: ops.batches_v1
-- params: none
-- why: a folder is pending where its content differs from this
SELECT received_on, max(day_version) AS day_version, arg_max(content_sha256, day_version) AS content_sha256
FROM ops.batches_v1
GROUP BY received_on
ORDER BY received_on
