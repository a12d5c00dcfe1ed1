-- grain: what was measured for business dates up to one
-- reads: monitor.drift_bins_v1
-- params: $through_on DATE, $as_of DATE (the date that was just measured)
-- why: history ends where the home's settings say so; what was just asked for stays until the next measurement
DELETE FROM monitor.drift_bins_v1
WHERE as_of <= $through_on AND as_of <> $as_of
