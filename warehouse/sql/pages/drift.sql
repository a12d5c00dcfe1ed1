-- grain: one row per window, subject, segment and kind of the business date
-- reads: marts.drift
-- params: $as_of
-- why: the drift table; the page itself sorts by what matters
SELECT
  window_days, subject, segment, kind, psi, psi_noise, psi_limit, value, value_reference, value_limit, n_reference, n_current,
  days_expected, days_seen, missing_share_reference, missing_share_current, unseen_share, status, model_version,
  importance, proposes_retraining
FROM marts.drift
WHERE as_of = $as_of
ORDER BY window_days, kind, subject, segment
