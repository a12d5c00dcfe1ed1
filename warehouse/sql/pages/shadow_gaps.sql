-- grain: one row per challenger and reason for which it did not score on the business date
-- reads: marts.shadow_gaps
-- params: $as_of
-- why: a challenger without scores is told apart from a night without a challenger
SELECT challenger_version, refused_because, sum(n_unscored)::BIGINT AS n_unscored
FROM marts.shadow_gaps
WHERE as_of = $as_of
GROUP BY challenger_version, refused_because
ORDER BY challenger_version, refused_because
