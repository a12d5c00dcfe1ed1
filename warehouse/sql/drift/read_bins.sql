-- grain: one row per subject and bin of a reference, all applicants together
-- reads: monitor.reference_bins_v1, monitor.reference_levels_v1
-- params: $reference_id
-- why: the bins as they were frozen, with the levels that each counts
WITH held AS (
  SELECT subject, bin, list(level ORDER BY level) AS levels
  FROM monitor.reference_levels_v1
  WHERE reference_id = $reference_id
  GROUP BY subject, bin
)
SELECT b.subject, b.bin, b.role, b.label, b.lower, b.upper, coalesce(h.levels, []) AS levels, b.n_reference
FROM monitor.reference_bins_v1 AS b
LEFT JOIN held AS h ON h.subject = b.subject AND h.bin = b.bin
WHERE b.reference_id = $reference_id AND b.segment = ''
ORDER BY b.subject, b.bin
