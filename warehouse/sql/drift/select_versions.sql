-- grain: one row per application version and business date on which it starts (sign 1) or ceases (sign -1) to count
-- reads: monitor.live_versions
-- params: $days DATE[], $longest INTEGER (days of the longest window)
-- why: each application counts once, in its newest version: a day that brings another one takes the older one out again, so that
--      a window is a sum of daily counts for every business date; only where a window can hold both days
CREATE OR REPLACE TEMP TABLE drift_wanted AS
WITH arrived AS (
  SELECT application_id, batch_id, received_on
  FROM monitor.live_versions
  WHERE list_contains($days, received_on)
  QUALIFY row_number() OVER (PARTITION BY application_id, received_on ORDER BY batch_id DESC) = 1
),
former AS (
  SELECT f.application_id, f.batch_id, f.received_on, a.received_on AS counted_on
  FROM arrived AS a
  JOIN monitor.live_versions AS f
    ON f.application_id = a.application_id AND f.received_on < a.received_on AND f.received_on > a.received_on - $longest
  QUALIFY row_number() OVER (PARTITION BY a.application_id, a.received_on ORDER BY f.batch_id DESC) = 1
)
SELECT application_id, batch_id, received_on AS business_date, received_on AS counted_on, 1 AS sign
FROM arrived
UNION ALL
SELECT application_id, batch_id, received_on AS business_date, counted_on, -1 AS sign
FROM former
