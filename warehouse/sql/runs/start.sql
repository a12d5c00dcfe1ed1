-- grain: one run
-- reads: nothing
-- params: $run_id, $command, $as_of, $started_at, $code_version
-- why: a run is on record before it changes anything, so one that was killed is seen
INSERT INTO ops.runs_v1 BY NAME
SELECT $run_id AS run_id, $command AS command, $as_of AS as_of, $started_at AS started_at, 'running' AS status, $code_version AS code_version
