-- grain: what was measured for one business date, of some kinds, for all applicants or for segments
-- reads: monitor.drift_bins_v1
-- params: $as_of DATE, $kinds VARCHAR[], $is_segmented BOOLEAN
-- why: a measurement replaces exactly its own key, and leaves what others measured
DELETE FROM monitor.drift_bins_v1
WHERE as_of = $as_of AND list_contains($kinds, kind) AND (segment <> '') = $is_segmented
