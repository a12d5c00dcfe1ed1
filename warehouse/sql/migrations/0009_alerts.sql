-- alerts: what happened to each, appended and never edited; what is still to be delivered; what analysts see of it.
CREATE TABLE monitor.alerts_v1 (
  event_id INTEGER NOT NULL,
  alert_id INTEGER NOT NULL,
  event VARCHAR NOT NULL,
  as_of DATE,
  subject VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  detail VARCHAR,
  runbook VARCHAR,
  recorded_by VARCHAR NOT NULL,
  note VARCHAR,
  recorded_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE monitor.alerts_v1 IS 'One row per event in the life of an alert, appended and never edited; monitor.alerts tells the state that they make.';
COMMENT ON COLUMN monitor.alerts_v1.event_id IS 'Running number; later events have larger ones.';
COMMENT ON COLUMN monitor.alerts_v1.alert_id IS 'Running number of the alert.';
COMMENT ON COLUMN monitor.alerts_v1.event IS 'opened, updated (found again), escalated (found again, more severe), quiet (measured and not found), acknowledged or resolved.';
COMMENT ON COLUMN monitor.alerts_v1.as_of IS 'Business date whose findings made the event; null for an acknowledgement.';
COMMENT ON COLUMN monitor.alerts_v1.subject IS 'What the alert is about: a feature, the score, a delivery, a night.';
COMMENT ON COLUMN monitor.alerts_v1.kind IS 'What was found about it: a kind of marts.drift, refused or dead_man.';
COMMENT ON COLUMN monitor.alerts_v1.severity IS 'warning or critical, as found; for the other events as the alert stood.';
COMMENT ON COLUMN monitor.alerts_v1.detail IS 'What was found, in counts, shares, PSI, limits and windows; null where nothing was found.';
COMMENT ON COLUMN monitor.alerts_v1.runbook IS 'What to check first; null where nothing was found.';
COMMENT ON COLUMN monitor.alerts_v1.recorded_by IS 'Who: the name given with an acknowledgement, loanwatch for everything else.';
COMMENT ON COLUMN monitor.alerts_v1.note IS 'Words given with an acknowledgement, if any.';
COMMENT ON COLUMN monitor.alerts_v1.recorded_at IS 'When it was recorded, UTC.';

CREATE TABLE monitor.alert_nights_v1 (
  scope VARCHAR NOT NULL,
  as_of DATE NOT NULL,
  judged_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE monitor.alert_nights_v1 IS 'One row per scope and business date whose findings were judged; an older date than the newest of its scope is past.';
COMMENT ON COLUMN monitor.alert_nights_v1.scope IS 'drift, delivery or dead_man: findings that are judged together.';
COMMENT ON COLUMN monitor.alert_nights_v1.as_of IS 'Business date.';
COMMENT ON COLUMN monitor.alert_nights_v1.judged_at IS 'When it was judged first, UTC.';

CREATE TABLE monitor.outbox_v1 (
  alert_id INTEGER NOT NULL,
  severity VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  queued_at TIMESTAMP NOT NULL,
  attempted_at TIMESTAMP,
  delivered_at TIMESTAMP,
  last_error VARCHAR
);
COMMENT ON TABLE monitor.outbox_v1 IS 'One row per alert, severity and channel: what has been delivered and what is still to be.';
COMMENT ON COLUMN monitor.outbox_v1.alert_id IS 'Alert to deliver.';
COMMENT ON COLUMN monitor.outbox_v1.severity IS 'Severity with which it is delivered: warning or critical.';
COMMENT ON COLUMN monitor.outbox_v1.channel IS 'Name of the channel in channels.toml; prefect-events is the event of Prefect.';
COMMENT ON COLUMN monitor.outbox_v1.reason IS 'opened or escalated.';
COMMENT ON COLUMN monitor.outbox_v1.attempts IS 'How often sending it was begun.';
COMMENT ON COLUMN monitor.outbox_v1.queued_at IS 'When it was put here, UTC.';
COMMENT ON COLUMN monitor.outbox_v1.attempted_at IS 'When sending it was begun last, UTC.';
COMMENT ON COLUMN monitor.outbox_v1.delivered_at IS 'When the channel took it, UTC; null while it is pending.';
COMMENT ON COLUMN monitor.outbox_v1.last_error IS 'Class of the last failure; Interrupted if the process ended while sending; null once delivered.';

CREATE VIEW monitor.alert_events AS
SELECT event_id, alert_id, event, as_of, subject, kind, severity, detail, runbook, recorded_by, note, recorded_at
FROM monitor.alerts_v1;

CREATE VIEW monitor.alert_nights AS SELECT scope, as_of, judged_at FROM monitor.alert_nights_v1;

CREATE VIEW monitor.outbox AS
SELECT alert_id, severity, channel, reason, attempts, queued_at, attempted_at, delivered_at, last_error
FROM monitor.outbox_v1;

-- A business date that was judged twice counts as it was judged last.
CREATE VIEW monitor.alerts AS
WITH nights AS (
  SELECT alert_id, as_of, arg_max(event <> 'quiet', event_id) AS is_found
  FROM monitor.alerts_v1
  WHERE event IN ('opened', 'updated', 'escalated', 'quiet')
  GROUP BY alert_id, as_of
),
verdicts AS (
  SELECT
    alert_id,
    list({'as_of': as_of, 'is_found': is_found} ORDER BY as_of) AS verdicts,
    max(as_of) FILTER (WHERE is_found) AS last_found_on
  FROM nights
  GROUP BY alert_id
),
states AS (
  SELECT
    alert_id,
    arg_min(subject, event_id) AS subject,
    arg_min(kind, event_id) AS kind,
    min(as_of) FILTER (WHERE event = 'opened') AS opened_on,
    arg_max(severity, event_id) FILTER (WHERE event IN ('opened', 'escalated')) AS severity,
    arg_max(event, event_id) FILTER (WHERE event IN ('opened', 'escalated', 'acknowledged', 'resolved')) AS last_change,
    arg_max(detail, event_id) FILTER (WHERE detail IS NOT NULL) AS detail,
    arg_max(runbook, event_id) FILTER (WHERE runbook IS NOT NULL) AS runbook,
    max(as_of) FILTER (WHERE event = 'resolved') AS resolved_on,
    arg_max(recorded_by, event_id) FILTER (WHERE event = 'acknowledged') AS acknowledged_by
  FROM monitor.alerts_v1
  GROUP BY alert_id
)
SELECT
  s.alert_id, s.opened_on, s.subject, s.kind, s.severity,
  CASE s.last_change WHEN 'resolved' THEN 'resolved' WHEN 'acknowledged' THEN 'acknowledged' ELSE 'open' END AS status,
  s.detail, s.runbook, v.last_found_on, s.acknowledged_by, s.resolved_on, v.verdicts
FROM states AS s
JOIN verdicts AS v ON v.alert_id = s.alert_id;

CREATE VIEW marts.alerts AS
SELECT
  alert_id, opened_on, subject, kind, severity, status, detail, runbook, last_found_on, acknowledged_by, resolved_on
FROM monitor.alerts;
COMMENT ON VIEW marts.alerts IS 'One row per alert ever opened.';
COMMENT ON COLUMN marts.alerts.alert_id IS 'Running number of the alert.';
COMMENT ON COLUMN marts.alerts.opened_on IS 'Business date on which it was first found.';
COMMENT ON COLUMN marts.alerts.subject IS 'What it is about: a feature, the score, a delivery, a night.';
COMMENT ON COLUMN marts.alerts.kind IS 'What was found about it: a kind of marts.drift, refused or dead_man.';
COMMENT ON COLUMN marts.alerts.severity IS 'warning or critical: the highest since it was opened.';
COMMENT ON COLUMN marts.alerts.status IS 'open, acknowledged or resolved; an acknowledged alert counts as open.';
COMMENT ON COLUMN marts.alerts.detail IS 'What was found last, in counts, shares, PSI, limits and windows.';
COMMENT ON COLUMN marts.alerts.runbook IS 'What to check first.';
COMMENT ON COLUMN marts.alerts.last_found_on IS 'Business date on which it was last found; null if a repetition of its only night no longer found it.';
COMMENT ON COLUMN marts.alerts.acknowledged_by IS 'Who acknowledged it last, if anybody did.';
COMMENT ON COLUMN marts.alerts.resolved_on IS 'Business date of the night that ended its quiet spell; null while it is open or acknowledged.';
COMMENT ON VIEW monitor.alert_events IS 'One row per event in the life of an alert, appended and never edited; monitor.alerts tells the state that they make.';
COMMENT ON COLUMN monitor.alert_events.event_id IS 'Running number; later events have larger ones.';
COMMENT ON COLUMN monitor.alert_events.alert_id IS 'Running number of the alert.';
COMMENT ON COLUMN monitor.alert_events.event IS 'opened, updated (found again), escalated (found again, more severe), quiet (measured and not found), acknowledged or resolved.';
COMMENT ON COLUMN monitor.alert_events.as_of IS 'Business date whose findings made the event; null for an acknowledgement.';
COMMENT ON COLUMN monitor.alert_events.subject IS 'What the alert is about: a feature, the score, a delivery, a night.';
COMMENT ON COLUMN monitor.alert_events.kind IS 'What was found about it: a kind of marts.drift, refused or dead_man.';
COMMENT ON COLUMN monitor.alert_events.severity IS 'warning or critical, as found; for the other events as the alert stood.';
COMMENT ON COLUMN monitor.alert_events.detail IS 'What was found, in counts, shares, PSI, limits and windows; null where nothing was found.';
COMMENT ON COLUMN monitor.alert_events.runbook IS 'What to check first; null where nothing was found.';
COMMENT ON COLUMN monitor.alert_events.recorded_by IS 'Who: the name given with an acknowledgement, loanwatch for everything else.';
COMMENT ON COLUMN monitor.alert_events.note IS 'Words given with an acknowledgement, if any.';
COMMENT ON COLUMN monitor.alert_events.recorded_at IS 'When it was recorded, UTC.';
COMMENT ON VIEW monitor.alerts IS 'One row per alert, folded from its events.';
COMMENT ON COLUMN monitor.alerts.alert_id IS 'Running number of the alert.';
COMMENT ON COLUMN monitor.alerts.opened_on IS 'Business date on which it was first found.';
COMMENT ON COLUMN monitor.alerts.subject IS 'What the alert is about: a feature, the score, a delivery, a night.';
COMMENT ON COLUMN monitor.alerts.kind IS 'What was found about it: a kind of marts.drift, refused or dead_man.';
COMMENT ON COLUMN monitor.alerts.severity IS 'warning or critical, as found; for the other events as the alert stood.';
COMMENT ON COLUMN monitor.alerts.status IS 'open, acknowledged or resolved; an acknowledged alert counts as open.';
COMMENT ON COLUMN monitor.alerts.detail IS 'What was found, in counts, shares, PSI, limits and windows; null where nothing was found.';
COMMENT ON COLUMN monitor.alerts.runbook IS 'What to check first; null where nothing was found.';
COMMENT ON COLUMN monitor.alerts.last_found_on IS 'Business date on which it was last found; null if a repetition of its only night no longer found it.';
COMMENT ON COLUMN monitor.alerts.acknowledged_by IS 'Who acknowledged it last, if anybody did.';
COMMENT ON COLUMN monitor.alerts.resolved_on IS 'Business date of the night that ended its quiet spell; null while it is open or acknowledged.';
COMMENT ON COLUMN monitor.alerts.verdicts IS 'Verdicts of the nights since it was opened, newest last.';
COMMENT ON VIEW monitor.alert_nights IS 'One row per scope and business date whose findings were judged; an older date than the newest of its scope is past.';
COMMENT ON COLUMN monitor.alert_nights.scope IS 'drift, delivery or dead_man: findings that are judged together.';
COMMENT ON COLUMN monitor.alert_nights.as_of IS 'Business date.';
COMMENT ON COLUMN monitor.alert_nights.judged_at IS 'When it was judged first, UTC.';
COMMENT ON VIEW monitor.outbox IS 'One row per alert, severity and channel: what has been delivered and what is still to be.';
COMMENT ON COLUMN monitor.outbox.alert_id IS 'Alert to deliver.';
COMMENT ON COLUMN monitor.outbox.severity IS 'Severity with which it is delivered: warning or critical.';
COMMENT ON COLUMN monitor.outbox.channel IS 'Name of the channel in channels.toml; prefect-events is the event of Prefect.';
COMMENT ON COLUMN monitor.outbox.reason IS 'opened or escalated.';
COMMENT ON COLUMN monitor.outbox.attempts IS 'How often sending it was begun.';
COMMENT ON COLUMN monitor.outbox.queued_at IS 'When it was put here, UTC.';
COMMENT ON COLUMN monitor.outbox.attempted_at IS 'When sending it was begun last, UTC.';
COMMENT ON COLUMN monitor.outbox.delivered_at IS 'When the channel took it, UTC; null while it is pending.';
COMMENT ON COLUMN monitor.outbox.last_error IS 'Class of the last failure; Interrupted if the process ended while sending; null once delivered.';
