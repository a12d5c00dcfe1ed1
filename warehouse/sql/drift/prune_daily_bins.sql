-- grain: the rows of business dates up to one, over the bins of every reference
-- reads: monitor.daily_bins_v1
-- params: $through_on DATE
-- why: counts of days that no window of a new night reaches; a date that is measured again has its days counted again
DELETE FROM monitor.daily_bins_v1 WHERE counted_on <= $through_on
