-- grain: one row per night, window and subject with a PSI or too few rows for one, all applicants together
-- reads: marts.drift
-- params: $first_on, $as_of
-- why: the heat map of past nights
SELECT as_of, window_days, subject, kind, psi, status
FROM marts.drift
WHERE as_of BETWEEN $first_on AND $as_of AND segment = '' AND kind IN ('feature', 'score', 'decision')
ORDER BY as_of, window_days, kind, subject
