-- grain: one row per business date of the count, business date of the applications, subject and bin with applications
-- reads: drift_counts (temporary table)
-- params: $reference_id
-- why: empty cells are not kept, a sum does not miss them
INSERT INTO monitor.daily_bins_v1 BY NAME
SELECT counted_on, business_date, $reference_id AS reference_id, subject, '' AS segment, bin, sum(n)::BIGINT AS n
FROM drift_counts
GROUP BY counted_on, business_date, subject, bin
HAVING sum(n) <> 0
ORDER BY counted_on, business_date, subject, bin
