-- grain: one alert, severity and channel
-- reads: monitor.outbox_v1
-- params: $alert_id, $severity, $channel, $reason, $queued_at
-- why: written with the event that asks for it, so that neither a crash nor a channel that is down loses it; never asked for twice
INSERT INTO monitor.outbox_v1 BY NAME
SELECT
  $alert_id AS alert_id, $severity AS severity, $channel AS channel, $reason AS reason, 0 AS attempts, $queued_at AS queued_at
WHERE NOT EXISTS (
  SELECT 1 FROM monitor.outbox_v1 AS o WHERE o.alert_id = $alert_id AND o.severity = $severity AND o.channel = $channel
)
