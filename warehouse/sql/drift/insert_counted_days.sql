-- grain: one row per business date that was counted
-- reads: drift_wanted (temporary table)
-- params: $reference_id, $counted_at
-- why: the fingerprint says which versions the counts are of
INSERT INTO monitor.counted_days_v1 BY NAME
SELECT
  counted_on, $reference_id AS reference_id, count(*) AS n_versions,
  bit_xor(hash(application_id, batch_id, sign))::VARCHAR AS versions_hash, $counted_at AS counted_at
FROM drift_wanted
GROUP BY counted_on
ORDER BY counted_on
