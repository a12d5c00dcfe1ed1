-- grain: bins of features of business dates up to one
-- reads: monitor.drift_bins_v1
-- params: $through_on DATE, $as_of DATE (the date that was just measured)
-- why: they are nearly all of the rows that a night adds; bins of score and decision stay, pages are drawn from them
DELETE FROM monitor.drift_bins_v1
WHERE as_of <= $through_on AND as_of <> $as_of AND kind = 'feature'
