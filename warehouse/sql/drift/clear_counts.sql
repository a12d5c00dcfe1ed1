-- grain: no rows
-- reads: monitor.daily_bins_v1
-- params: none
-- why: counts of several sources and chunks are collected here and summed into one row per key
CREATE OR REPLACE TEMP TABLE drift_counts AS
SELECT counted_on, business_date, subject, bin, n
FROM monitor.daily_bins_v1
WHERE false
