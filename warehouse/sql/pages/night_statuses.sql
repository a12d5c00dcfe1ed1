-- grain: one row per business date that was measured
-- reads: marts.drift
-- params: none
-- why: the index shows the worst status of each night, and of how many subjects
SELECT
  as_of,
  CASE min(CASE status WHEN 'alert' THEN 0 WHEN 'watch' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END)
    WHEN 0 THEN 'alert' WHEN 1 THEN 'watch' WHEN 2 THEN 'ok' ELSE 'too_few' END AS worst,
  count(DISTINCT (kind, subject, segment)) FILTER (WHERE status = 'alert') AS n_subjects_alert,
  count(DISTINCT (kind, subject, segment)) FILTER (WHERE status = 'watch') AS n_subjects_watch
FROM marts.drift
GROUP BY as_of
ORDER BY as_of
