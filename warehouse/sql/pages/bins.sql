-- grain: one row per window, subject and bin of the score and of the decisions
-- reads: marts.drift_bins
-- params: $as_of
-- why: their distributions against the reference are drawn
SELECT window_days, subject, kind, bin, lower, upper, label, n_reference, n_current, contribution
FROM marts.drift_bins
WHERE as_of = $as_of AND segment = '' AND kind IN ('score', 'decision')
ORDER BY window_days, kind, subject, bin
