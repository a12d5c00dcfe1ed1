-- grain: one row
-- reads: monitor.alerts_v1
-- params: none
-- why: alerts are numbered in the order in which they open, so that a person can name one
SELECT coalesce(max(alert_id), 0) + 1 AS alert_id
FROM monitor.alerts_v1
