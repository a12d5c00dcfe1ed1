-- grain: one row per business date that has to be counted, or counted again, over a reference's bins
-- reads: drift_events (temporary table), monitor.counted_days_v1
-- params: $reference_id, $as_of DATE, $longest INTEGER (days of the longest window)
-- why: a day is counted once; a late delivery, a withdrawal or a new reference shows in the fingerprint of its versions
WITH found AS (
  SELECT counted_on, count(*) AS n_versions, bit_xor(hash(application_id, batch_id, sign))::VARCHAR AS versions_hash
  FROM drift_events
  GROUP BY counted_on
),
known AS (
  SELECT counted_on, n_versions, versions_hash
  FROM monitor.counted_days_v1
  WHERE reference_id = $reference_id AND counted_on > $as_of - $longest AND counted_on <= $as_of
)
SELECT coalesce(f.counted_on, k.counted_on) AS counted_on
FROM found AS f
FULL JOIN known AS k ON k.counted_on = f.counted_on
WHERE f.n_versions IS DISTINCT FROM k.n_versions OR f.versions_hash IS DISTINCT FROM k.versions_hash
ORDER BY counted_on
