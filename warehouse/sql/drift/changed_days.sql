-- grain: one row per business date that has to be counted, or counted again, over a reference's bins
-- reads: monitor.live_versions, monitor.counted_days_v1
-- params: $reference_id, $as_of DATE, $longest INTEGER (days of the longest window)
-- why: a day is counted once; a late delivery, a withdrawal or a new reference shows in the fingerprint of the day's versions, and
--      touches the days after it that take older versions out
WITH found AS (
  SELECT received_on, count(*) AS n_versions, bit_xor(hash(application_id, batch_id))::VARCHAR AS versions_hash
  FROM monitor.live_versions
  WHERE received_on > $as_of - $longest AND received_on <= $as_of
  GROUP BY received_on
),
known AS (
  SELECT counted_on, n_versions, versions_hash, lookback_days
  FROM monitor.counted_days_v1
  WHERE reference_id = $reference_id
),
changed AS (
  SELECT coalesce(f.received_on, k.counted_on) AS changed_on
  FROM found AS f
  FULL JOIN (FROM known WHERE counted_on > $as_of - $longest AND counted_on <= $as_of) AS k ON k.counted_on = f.received_on
  WHERE f.n_versions IS DISTINCT FROM k.n_versions OR f.versions_hash IS DISTINCT FROM k.versions_hash OR k.lookback_days < $longest
),
touched AS (
  SELECT changed_on AS counted_on FROM changed
  UNION
  SELECT k.counted_on
  FROM known AS k
  JOIN changed AS c ON k.counted_on > c.changed_on AND k.counted_on < c.changed_on + $longest
)
SELECT counted_on
FROM touched
ORDER BY counted_on
