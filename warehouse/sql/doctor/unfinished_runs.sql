-- grain: one row per command with runs that never ended
-- reads: ops.runs_v1
-- params: none
-- why: a run that was killed has no end; a later one of the same command that ended well has made up for it
SELECT r.command, count(*) AS n_runs, max(r.started_at) AS started_at
FROM ops.runs_v1 AS r
WHERE r.status = 'running'
  AND NOT EXISTS (
    SELECT 1 FROM ops.runs_v1 AS later WHERE later.command = r.command AND later.status = 'done' AND later.started_at > r.started_at
  )
GROUP BY r.command
ORDER BY r.command
