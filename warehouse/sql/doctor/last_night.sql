-- grain: at most one row, the run of a night that was recorded last
-- reads: ops.runs_v1
-- params: none
-- why: how the last night ended
SELECT command, as_of, started_at, status
FROM ops.runs_v1
WHERE command IN ('nightly', 'backfill')
ORDER BY started_at DESC
LIMIT 1
