-- grain: one happening and the place that has to hear of it
-- reads: ops.outbox_v1
-- params: $topic, $kind, $subject, $payload JSON text, $created_at
-- why: written with what happened, so that neither a crash nor a server that is down loses it
INSERT INTO ops.outbox_v1 BY NAME
SELECT
  (SELECT coalesce(max(o.outbox_id), 0) + 1 FROM ops.outbox_v1 AS o) AS outbox_id,
  $topic AS topic, $kind AS kind, $subject AS subject, $payload::JSON AS payload, 0 AS n_attempts, $created_at AS created_at
RETURNING outbox_id
