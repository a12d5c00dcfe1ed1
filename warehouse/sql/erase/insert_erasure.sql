-- grain: one row, the new erasure
-- reads: ops.erasures_v1
-- params: $kind, $requested_by, $reason, $n_people, $credits BIGINT[], $at (UTC)
-- why: on record before anything of it is gone
INSERT INTO ops.erasures_v1 BY NAME
SELECT
  (SELECT coalesce(max(e.erasure_id), 0) + 1 FROM ops.erasures_v1 AS e) AS erasure_id,
  $kind AS kind, $requested_by AS requested_by, $reason AS reason, $n_people AS n_people,
  $credits::BIGINT[] AS pending_credits, $at::TIMESTAMP AS erased_at, NULL::TIMESTAMP AS finished_at
RETURNING erasure_id
