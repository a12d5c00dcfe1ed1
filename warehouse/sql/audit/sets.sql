-- grain: one row per set of decisions: those of one delivery that were written in one transaction, at one instant
-- reads: live_fingerprints, replaced_fingerprints, retired_fingerprints (registered frames: batch_id, decided_at, row_sha256)
-- params: none
-- why: an erasure changes or removes rows; the fingerprints that it put on record stand in for them, so the set keeps its hash
WITH standing AS (
  SELECT batch_id, decided_at, row_sha256 FROM live_fingerprints
  EXCEPT ALL
  SELECT batch_id, decided_at, row_sha256 FROM replaced_fingerprints
),
members AS (
  SELECT batch_id, decided_at, row_sha256 FROM standing
  UNION ALL
  SELECT batch_id, decided_at, row_sha256 FROM retired_fingerprints
)
SELECT batch_id, decided_at, count(*) AS n_decisions, sha256(string_agg(row_sha256, '' ORDER BY row_sha256)) AS sha256
FROM members
GROUP BY batch_id, decided_at
ORDER BY batch_id, decided_at
