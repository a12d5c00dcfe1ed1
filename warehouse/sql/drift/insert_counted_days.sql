-- grain: one row per business date that was counted
-- reads: monitor.live_versions
-- params: $reference_id, $days DATE[], $longest INTEGER (days of the longest window), $counted_at
-- why: the fingerprint says which versions the counts are of
INSERT INTO monitor.counted_days_v1 BY NAME
SELECT
  received_on AS counted_on, $reference_id AS reference_id, count(*) AS n_versions,
  bit_xor(hash(application_id, batch_id))::VARCHAR AS versions_hash, $longest AS lookback_days, $counted_at AS counted_at
FROM monitor.live_versions
WHERE list_contains($days, received_on)
GROUP BY received_on
ORDER BY received_on
