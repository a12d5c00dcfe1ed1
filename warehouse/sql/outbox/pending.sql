-- grain: one row per happening of a topic that was not delivered yet
-- reads: ops.outbox_v1
-- params: $topic
-- why: in the order of happening, but those tried least come first: one that is always refused does not stand before the others
SELECT outbox_id, topic, kind, subject, payload, n_attempts
FROM ops.outbox_v1
WHERE topic = $topic AND delivered_at IS NULL
ORDER BY n_attempts, outbox_id
