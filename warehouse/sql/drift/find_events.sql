-- grain: one row per application version and business date on which it starts (sign 1) or ceases (sign -1) to count
-- reads: score.decisions_v1, core.withdrawals_v1
-- params: $as_of DATE, $longest INTEGER (days of the longest window)
-- why: each application counts once, in its newest version: where a later day brings another one, that day takes the older one out
--      again, so that a window is a sum of daily counts for every business date. What was withdrawn never counts. A version is
--      taken out only where a window can hold both days; twice the longest window back, so that no day depends on $as_of.
CREATE OR REPLACE TEMP TABLE drift_events AS
WITH live AS (
  SELECT d.application_id, d.batch_id, d.received_on
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.origin = 'nightly' AND d.received_on > $as_of - 2 * $longest AND d.received_on <= $as_of
),
-- The version after it, of the same applicant; a later one of the same day takes its place before the day is counted.
followed AS (
  SELECT application_id, batch_id, received_on, lead(received_on) OVER (PARTITION BY application_id ORDER BY batch_id) AS next_on
  FROM live
)
SELECT application_id, batch_id, received_on AS business_date, received_on AS counted_on, 1 AS sign
FROM followed
WHERE received_on > $as_of - $longest AND next_on IS DISTINCT FROM received_on
UNION ALL
SELECT application_id, batch_id, received_on AS business_date, next_on AS counted_on, -1 AS sign
FROM followed
WHERE next_on > $as_of - $longest AND next_on > received_on AND received_on > next_on - $longest
