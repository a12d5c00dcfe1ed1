-- grain: one row per labelled application version that training may use
-- reads: core.applications, raw.outcomes_v1
-- params: $as_of DATE, $maturity_days INTEGER, $received_from DATE, $received_to DATE
-- why: only cohorts whose whole performance window lies before $as_of, and only outcomes delivered by then: a cohort that is
--      half observed shows its early defaults and hides its late ones
WITH newest_outcome AS (
  SELECT SK_ID_CURR, TARGET
  FROM raw.outcomes_v1
  WHERE core.received_on(batch_id) <= $as_of AND observed_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id DESC, row_number DESC) = 1
),
newest_version AS (
  SELECT SK_ID_CURR, batch_id, received_on
  FROM core.applications
  WHERE NOT is_withdrawn AND received_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id DESC) = 1
)
SELECT v.SK_ID_CURR AS application_id, v.batch_id, v.received_on, o.TARGET AS target
FROM newest_version AS v
JOIN newest_outcome AS o ON o.SK_ID_CURR = v.SK_ID_CURR
WHERE v.received_on + $maturity_days <= $as_of
  AND v.received_on BETWEEN $received_from AND $received_to
ORDER BY v.SK_ID_CURR, v.batch_id
