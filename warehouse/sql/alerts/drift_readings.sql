-- grain: one row per window, subject, segment and kind of a business date
-- reads: marts.drift
-- params: $as_of DATE
-- why: what alerts are made of; every status, because what was measured and quiet ends an alert too
SELECT
  subject, segment, kind, window_days, status, psi, psi_noise, psi_limit, value, value_reference, value_limit, n_reference,
  n_current, days_expected, days_seen, missing_share_reference, missing_share_current, unseen_share, proposes_retraining
FROM marts.drift
WHERE as_of = $as_of
ORDER BY subject, segment, kind, window_days
