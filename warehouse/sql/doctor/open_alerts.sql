-- grain: one row per severity with open alerts
-- reads: monitor.alerts
-- params: none
-- why: an acknowledged alert counts as open
SELECT severity, count(*) AS n_alerts
FROM monitor.alerts
WHERE status <> 'resolved'
GROUP BY severity
ORDER BY severity
