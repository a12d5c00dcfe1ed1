-- grain: one row per bin of the PD in one window
-- reads: monitor.drift_bins_v1
-- params: $as_of DATE, $window_days INTEGER
-- why: the score's PSI is divided among the inputs over these counts
SELECT n_reference, n_current
FROM monitor.drift_bins_v1
WHERE as_of = $as_of AND window_days = $window_days AND subject = 'pd' AND segment = '' AND label <> 'missing'
ORDER BY bin
