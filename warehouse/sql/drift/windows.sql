-- grain: one row per window, subject and bin of a reference, empty bins included; all applicants together
-- reads: monitor.reference_bins_v1, monitor.reference_subjects_v1, monitor.daily_bins_v1
-- params: $reference_id, $as_of DATE, $windows INTEGER[]
-- why: windows are sums of daily counts over calendar days ($as_of - window, $as_of], each application once in its newest version
WITH wanted AS (SELECT unnest($windows)::INTEGER AS window_days),
daily AS (
  SELECT business_date, subject, bin, sum(n) AS n
  FROM monitor.daily_bins_v1
  WHERE reference_id = $reference_id AND segment = '' AND counted_on <= $as_of AND business_date <= $as_of
    AND business_date > $as_of - (SELECT max(window_days) FROM wanted)
  GROUP BY business_date, subject, bin
),
counted AS (
  SELECT w.window_days, d.subject, d.bin, sum(d.n)::BIGINT AS n
  FROM wanted AS w
  JOIN daily AS d ON d.business_date > $as_of - w.window_days
  GROUP BY w.window_days, d.subject, d.bin
),
seen AS (
  SELECT w.window_days, d.subject, count(DISTINCT d.business_date) AS days_seen
  FROM wanted AS w
  JOIN daily AS d ON d.business_date > $as_of - w.window_days AND d.n > 0
  GROUP BY w.window_days, d.subject
)
SELECT
  w.window_days, b.subject, b.segment, s.kind, s.value_type, s.importance, b.bin, b.role, b.lower, b.upper, b.label,
  b.n_reference, coalesce(c.n, 0) AS n_current, coalesce(t.days_seen, 0)::INTEGER AS days_seen
FROM wanted AS w
CROSS JOIN monitor.reference_bins_v1 AS b
JOIN monitor.reference_subjects_v1 AS s ON s.reference_id = b.reference_id AND s.subject = b.subject
LEFT JOIN counted AS c ON c.window_days = w.window_days AND c.subject = b.subject AND c.bin = b.bin
LEFT JOIN seen AS t ON t.window_days = w.window_days AND t.subject = b.subject
WHERE b.reference_id = $reference_id AND b.segment = ''
ORDER BY w.window_days, b.subject, b.bin
