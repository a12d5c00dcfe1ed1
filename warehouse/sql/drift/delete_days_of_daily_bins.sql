-- grain: the rows of some business dates over one reference's bins
-- reads: monitor.daily_bins_v1
-- params: $reference_id, $days DATE[]
-- why: a count replaces exactly its own key
DELETE FROM monitor.daily_bins_v1 WHERE reference_id = $reference_id AND list_contains($days, counted_on)
