-- grain: one row
-- reads: score.decisions_v1
-- params: none
-- why: drift is measured for the newest business date that was decided, where none is named
SELECT max(as_of) AS as_of
FROM score.decisions_v1
