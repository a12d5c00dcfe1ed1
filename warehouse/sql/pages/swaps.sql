-- grain: one row per champion, challenger and part of the swap set of the business date
-- reads: marts.swap_set
-- params: $as_of
-- why: who would be approved by one model and refused by the other, in the order in which a reader compares them
SELECT
  champion_version, challenger_version, swap, n, mean_pd_champion, mean_pd_challenger, n_matured, n_defaulted, default_rate
FROM marts.swap_set
WHERE as_of = $as_of
ORDER BY champion_version, challenger_version, list_position(['both_approve', 'swap_in', 'swap_out', 'both_refuse'], swap)
