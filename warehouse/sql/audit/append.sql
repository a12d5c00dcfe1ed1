-- grain: one act
-- reads: nothing
-- params: one per column of ops.audit_v1
-- why: appended in the transaction that makes the change, so that there is no change without its entry and no entry without it
INSERT INTO ops.audit_v1 BY NAME
SELECT
  $audit_id AS audit_id, $recorded_at AS recorded_at, $kind AS kind, $actor AS actor, $subject AS subject, $detail AS detail,
  $content_sha256 AS content_sha256, $previous_sha256 AS previous_sha256, $sha256 AS sha256
