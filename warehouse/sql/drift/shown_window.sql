-- grain: one row, the window that is drawn
-- reads: monitor.drift_v1
-- params: $as_of DATE
-- why: the shortest window with enough rows for a PSI of the score, else the longest
SELECT coalesce(min(window_days) FILTER (WHERE status <> 'too_few'), max(window_days)) AS window_days
FROM monitor.drift_v1
WHERE as_of = $as_of AND subject = 'pd' AND kind = 'score' AND segment = ''
