-- severity: fail
-- grain: one row per delivery that the running night should have decided and did not
-- reads: marts.batches, ops.runs_v1
-- params: none
-- why: a night that decides nobody has not succeeded, whatever else it did
SELECT b.batch_id, b.n_received, b.n_scored
FROM marts.batches AS b
WHERE b.status = 'pending'
  AND b.received_on <= (SELECT max(r.as_of) FROM ops.runs_v1 AS r WHERE r.status = 'running' AND r.command IN ('nightly', 'backfill'))
