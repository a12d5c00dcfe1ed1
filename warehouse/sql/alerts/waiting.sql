-- grain: one row per channel with something undelivered
-- reads: monitor.outbox_v1
-- params: none
-- why: an alert that reached nobody has to be seen somewhere
SELECT channel, count(*) AS n_pending, max(attempts) AS attempts, arg_max(last_error, attempted_at) AS last_error
FROM monitor.outbox_v1
WHERE delivered_at IS NULL
GROUP BY channel
ORDER BY channel
