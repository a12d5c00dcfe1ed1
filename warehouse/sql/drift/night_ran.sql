-- grain: one row
-- reads: ops.runs_v1, score.decisions_v1
-- params: $as_of DATE
-- why: whether a night of that business date, or a later one that caught it up, has ended well; and how far decisions reach
SELECT
  (SELECT count(*) FROM ops.runs_v1 WHERE command IN ('nightly', 'backfill') AND status = 'done' AND as_of >= $as_of) > 0 AS has_run,
  (SELECT max(d.as_of) FROM score.decisions_v1 AS d) AS newest_decided_on
