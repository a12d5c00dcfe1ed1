-- grain: one row per topic with something undelivered
-- reads: ops.outbox_v1
-- params: none
-- why: what reached nobody has to be seen somewhere, and what waits for nothing need not be opened
SELECT topic, count(*) AS n_pending, max(n_attempts) AS n_attempts, arg_max(last_error, attempted_at) AS last_error
FROM ops.outbox_v1
WHERE delivered_at IS NULL
GROUP BY topic
ORDER BY topic
