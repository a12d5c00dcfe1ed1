-- grain: one row
-- reads: nothing
-- params: $batch_id, $received_on, $day_version, $content_sha256, $origin, $is_refused, $refused_because, $n_received, $at
--   (UTC)
-- why: a content is known again by its hash, taken in or refused
INSERT INTO ops.batches_v1 BY NAME
SELECT
  $batch_id AS batch_id, $received_on::DATE AS received_on, $day_version AS day_version, $content_sha256 AS content_sha256,
  $origin AS origin, $is_refused AS is_refused, $refused_because AS refused_because, $n_received AS n_received,
  $at::TIMESTAMP AS ingested_at
