-- grain: one row per labelled application version that training may use
-- reads: core.applications, raw.outcomes_v1
-- params: $as_of DATE, $maturity_days INTEGER, $received_from DATE, $received_to DATE
-- why: only cohorts whose whole performance window lies before $as_of, and only outcomes delivered by then: a cohort that is
--      half observed shows its early defaults and hides its late ones
WITH newest_outcome AS (
  SELECT SK_ID_CURR, TARGET, observed_on
  FROM raw.outcomes_v1
  WHERE core.received_on(batch_id) <= $as_of AND observed_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id DESC, row_number DESC) = 1
),
-- The version that turned out: the newest one received before the outcome was observed. A later application is another loan.
turned_out AS (
  SELECT a.SK_ID_CURR, a.batch_id, a.received_on, o.TARGET
  FROM newest_outcome AS o
  JOIN core.applications AS a ON a.SK_ID_CURR = o.SK_ID_CURR AND a.received_on <= o.observed_on
  WHERE NOT a.is_withdrawn AND a.received_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY a.SK_ID_CURR ORDER BY a.batch_id DESC) = 1
)
SELECT SK_ID_CURR AS application_id, batch_id, received_on, TARGET AS target
FROM turned_out
WHERE received_on + $maturity_days <= $as_of
  AND received_on BETWEEN $received_from AND $received_to
ORDER BY SK_ID_CURR, batch_id
