-- grain: one row
-- reads: monitor.drift_v1
-- params: none
-- why: how long drift is kept is counted back from the newest measured business date, not from a clock
SELECT max(as_of) AS newest_on
FROM monitor.drift_v1
