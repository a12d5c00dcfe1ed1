-- grain: one row per applicant whose newest row in any table came on that day or before
-- reads: raw.application_v1, raw.bureau_v1, raw.previous_application_v1, raw.POS_CASH_balance_v1, raw.installments_payments_v1,
--        raw.credit_card_balance_v1, raw.outcomes_v1
-- params: $through_on DATE
-- why: kept as long as the setting says, and no longer
WITH held AS (
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.application_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.bureau_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.previous_application_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.POS_CASH_balance_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.installments_payments_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.credit_card_balance_v1 GROUP BY SK_ID_CURR
  UNION ALL
  SELECT SK_ID_CURR, max(batch_id) AS batch_id FROM raw.outcomes_v1 GROUP BY SK_ID_CURR
)
SELECT SK_ID_CURR AS application_id
FROM held
GROUP BY SK_ID_CURR
HAVING core.received_on(max(batch_id)) <= $through_on::DATE
ORDER BY application_id
