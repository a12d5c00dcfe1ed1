-- grain: one row
-- reads: score.decisions_v1
-- params: none
-- why: a change of champion or policy takes effect between two nights: on the day after the newest one decided
SELECT coalesce(max(as_of) + 1, DATE '0001-01-01') AS effective_on
FROM score.decisions_v1
