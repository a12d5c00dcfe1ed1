-- outbox: what happened to a model and has still to reach MLflow and Prefect, which follow the registry.
CREATE TABLE ops.outbox_v1 (
  outbox_id INTEGER NOT NULL,
  topic VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  payload JSON NOT NULL,
  n_attempts INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  attempted_at TIMESTAMP,
  delivered_at TIMESTAMP,
  last_error VARCHAR
);
COMMENT ON TABLE ops.outbox_v1 IS 'One row per happening in the registry and place that has to hear of it: what has been delivered and what is still to be.';
COMMENT ON COLUMN ops.outbox_v1.outbox_id IS 'Running number; later happenings have larger ones.';
COMMENT ON COLUMN ops.outbox_v1.topic IS 'mlflow (its registry follows this one) or event (of Prefect).';
COMMENT ON COLUMN ops.outbox_v1.kind IS 'What happened: registered, promoted, rolled_back or rejected for an event; version or aliases for mlflow.';
COMMENT ON COLUMN ops.outbox_v1.subject IS 'Model version that it happened to.';
COMMENT ON COLUMN ops.outbox_v1.payload IS 'Who, why, from, to and since when, as one JSON object; references and words only.';
COMMENT ON COLUMN ops.outbox_v1.n_attempts IS 'How often delivering it was begun.';
COMMENT ON COLUMN ops.outbox_v1.created_at IS 'When it was put here, UTC.';
COMMENT ON COLUMN ops.outbox_v1.attempted_at IS 'When delivering it was begun last, UTC.';
COMMENT ON COLUMN ops.outbox_v1.delivered_at IS 'When it was taken, UTC; null while it is pending.';
COMMENT ON COLUMN ops.outbox_v1.last_error IS 'Class of the last failure; Interrupted if the process ended while delivering; null once delivered.';

CREATE VIEW ops.outbox AS
SELECT outbox_id, topic, kind, subject, payload, n_attempts, created_at, attempted_at, delivered_at, last_error
FROM ops.outbox_v1;
COMMENT ON VIEW ops.outbox IS 'One row per happening in the registry and place that has to hear of it: what has been delivered and what is still to be.';
COMMENT ON COLUMN ops.outbox.outbox_id IS 'Running number; later happenings have larger ones.';
COMMENT ON COLUMN ops.outbox.topic IS 'mlflow (its registry follows this one) or event (of Prefect).';
COMMENT ON COLUMN ops.outbox.kind IS 'What happened: registered, promoted, rolled_back or rejected for an event; version or aliases for mlflow.';
COMMENT ON COLUMN ops.outbox.subject IS 'Model version that it happened to.';
COMMENT ON COLUMN ops.outbox.payload IS 'Who, why, from, to and since when, as one JSON object; references and words only.';
COMMENT ON COLUMN ops.outbox.n_attempts IS 'How often delivering it was begun.';
COMMENT ON COLUMN ops.outbox.created_at IS 'When it was put here, UTC.';
COMMENT ON COLUMN ops.outbox.attempted_at IS 'When delivering it was begun last, UTC.';
COMMENT ON COLUMN ops.outbox.delivered_at IS 'When it was taken, UTC; null while it is pending.';
COMMENT ON COLUMN ops.outbox.last_error IS 'Class of the last failure; Interrupted if the process ended while delivering; null once delivered.';
