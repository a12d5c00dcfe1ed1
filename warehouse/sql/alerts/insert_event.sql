-- grain: one event of an alert
-- reads: monitor.alerts_v1
-- params: $alert_id, $event, $as_of, $subject, $kind, $severity, $detail, $runbook, $recorded_by, $note, $recorded_at
-- why: appended, never edited: what was found and done, when and by whom, stays known
INSERT INTO monitor.alerts_v1 BY NAME
SELECT
  (SELECT coalesce(max(e.event_id), 0) + 1 FROM monitor.alerts_v1 AS e) AS event_id,
  $alert_id AS alert_id, $event AS event, $as_of AS as_of, $subject AS subject, $kind AS kind, $severity AS severity,
  $detail AS detail, $runbook AS runbook, $recorded_by AS recorded_by, $note AS note, $recorded_at AS recorded_at
