-- grain: one row per application version and business date that has to be counted
-- reads: drift_events (temporary table)
-- params: $days DATE[]
-- why: what is counted now, and nothing of the days that are counted already
CREATE OR REPLACE TEMP TABLE drift_wanted AS
SELECT application_id, batch_id, business_date, counted_on, sign
FROM drift_events
WHERE list_contains($days, counted_on)
