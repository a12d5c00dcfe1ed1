-- core views: one truth over raw. Sentinels are null beside a flag; histories carry the span of business dates in which they were held.
-- A history of an applicant is replaced per table by the applicant's next delivery of that table: valid_from inclusive, valid_to exclusive.
-- greatest: a filter on the date may be evaluated for rows that another filter has already dropped, whose ids then read as 0.
CREATE MACRO core.received_on(batch) AS
  CASE WHEN batch IS NOT NULL THEN
    make_date(greatest(batch // 1000000, 1), greatest((batch // 10000) % 100, 1), greatest((batch // 100) % 100, 1))
  END;
CREATE VIEW core.applications AS
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS received_on,
  r.row_number,
  r.origin,
  w.batch_id IS NOT NULL AS is_withdrawn,
  r.SK_ID_CURR,
  r.TARGET,
  r.NAME_CONTRACT_TYPE,
  r.CODE_GENDER,
  r.FLAG_OWN_CAR,
  r.FLAG_OWN_REALTY,
  r.CNT_CHILDREN,
  r.AMT_INCOME_TOTAL,
  r.AMT_CREDIT,
  r.AMT_ANNUITY,
  r.AMT_GOODS_PRICE,
  r.NAME_TYPE_SUITE,
  r.NAME_INCOME_TYPE,
  r.NAME_EDUCATION_TYPE,
  r.NAME_FAMILY_STATUS,
  r.NAME_HOUSING_TYPE,
  r.REGION_POPULATION_RELATIVE,
  r.DAYS_BIRTH,
  nullif(r.DAYS_EMPLOYED, 365243) AS DAYS_EMPLOYED,
  coalesce(r.DAYS_EMPLOYED = 365243, false) AS DAYS_EMPLOYED_IS_SENTINEL,
  r.DAYS_REGISTRATION,
  r.DAYS_ID_PUBLISH,
  r.OWN_CAR_AGE,
  r.FLAG_MOBIL,
  r.FLAG_EMP_PHONE,
  r.FLAG_WORK_PHONE,
  r.FLAG_CONT_MOBILE,
  r.FLAG_PHONE,
  r.FLAG_EMAIL,
  r.OCCUPATION_TYPE,
  r.CNT_FAM_MEMBERS,
  r.REGION_RATING_CLIENT,
  r.REGION_RATING_CLIENT_W_CITY,
  r.WEEKDAY_APPR_PROCESS_START,
  r.HOUR_APPR_PROCESS_START,
  r.REG_REGION_NOT_LIVE_REGION,
  r.REG_REGION_NOT_WORK_REGION,
  r.LIVE_REGION_NOT_WORK_REGION,
  r.REG_CITY_NOT_LIVE_CITY,
  r.REG_CITY_NOT_WORK_CITY,
  r.LIVE_CITY_NOT_WORK_CITY,
  r.ORGANIZATION_TYPE,
  r.EXT_SOURCE_1,
  r.EXT_SOURCE_2,
  r.EXT_SOURCE_3,
  r.APARTMENTS_AVG,
  r.BASEMENTAREA_AVG,
  r.YEARS_BEGINEXPLUATATION_AVG,
  r.YEARS_BUILD_AVG,
  r.COMMONAREA_AVG,
  r.ELEVATORS_AVG,
  r.ENTRANCES_AVG,
  r.FLOORSMAX_AVG,
  r.FLOORSMIN_AVG,
  r.LANDAREA_AVG,
  r.LIVINGAPARTMENTS_AVG,
  r.LIVINGAREA_AVG,
  r.NONLIVINGAPARTMENTS_AVG,
  r.NONLIVINGAREA_AVG,
  r.APARTMENTS_MODE,
  r.BASEMENTAREA_MODE,
  r.YEARS_BEGINEXPLUATATION_MODE,
  r.YEARS_BUILD_MODE,
  r.COMMONAREA_MODE,
  r.ELEVATORS_MODE,
  r.ENTRANCES_MODE,
  r.FLOORSMAX_MODE,
  r.FLOORSMIN_MODE,
  r.LANDAREA_MODE,
  r.LIVINGAPARTMENTS_MODE,
  r.LIVINGAREA_MODE,
  r.NONLIVINGAPARTMENTS_MODE,
  r.NONLIVINGAREA_MODE,
  r.APARTMENTS_MEDI,
  r.BASEMENTAREA_MEDI,
  r.YEARS_BEGINEXPLUATATION_MEDI,
  r.YEARS_BUILD_MEDI,
  r.COMMONAREA_MEDI,
  r.ELEVATORS_MEDI,
  r.ENTRANCES_MEDI,
  r.FLOORSMAX_MEDI,
  r.FLOORSMIN_MEDI,
  r.LANDAREA_MEDI,
  r.LIVINGAPARTMENTS_MEDI,
  r.LIVINGAREA_MEDI,
  r.NONLIVINGAPARTMENTS_MEDI,
  r.NONLIVINGAREA_MEDI,
  r.FONDKAPREMONT_MODE,
  r.HOUSETYPE_MODE,
  r.TOTALAREA_MODE,
  r.WALLSMATERIAL_MODE,
  r.EMERGENCYSTATE_MODE,
  r.OBS_30_CNT_SOCIAL_CIRCLE,
  r.DEF_30_CNT_SOCIAL_CIRCLE,
  r.OBS_60_CNT_SOCIAL_CIRCLE,
  r.DEF_60_CNT_SOCIAL_CIRCLE,
  r.DAYS_LAST_PHONE_CHANGE,
  r.FLAG_DOCUMENT_2,
  r.FLAG_DOCUMENT_3,
  r.FLAG_DOCUMENT_4,
  r.FLAG_DOCUMENT_5,
  r.FLAG_DOCUMENT_6,
  r.FLAG_DOCUMENT_7,
  r.FLAG_DOCUMENT_8,
  r.FLAG_DOCUMENT_9,
  r.FLAG_DOCUMENT_10,
  r.FLAG_DOCUMENT_11,
  r.FLAG_DOCUMENT_12,
  r.FLAG_DOCUMENT_13,
  r.FLAG_DOCUMENT_14,
  r.FLAG_DOCUMENT_15,
  r.FLAG_DOCUMENT_16,
  r.FLAG_DOCUMENT_17,
  r.FLAG_DOCUMENT_18,
  r.FLAG_DOCUMENT_19,
  r.FLAG_DOCUMENT_20,
  r.FLAG_DOCUMENT_21,
  r.AMT_REQ_CREDIT_BUREAU_HOUR,
  r.AMT_REQ_CREDIT_BUREAU_DAY,
  r.AMT_REQ_CREDIT_BUREAU_WEEK,
  r.AMT_REQ_CREDIT_BUREAU_MON,
  r.AMT_REQ_CREDIT_BUREAU_QRT,
  r.AMT_REQ_CREDIT_BUREAU_YEAR
FROM raw.application_v1 AS r
LEFT JOIN core.withdrawals_v1 AS w ON w.application_id = r.SK_ID_CURR AND w.batch_id = r.batch_id;
COMMENT ON VIEW core.applications IS 'One row per accepted application version, cleaned.';
CREATE VIEW core.bureau AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.bureau_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_CURR,
  r.SK_ID_BUREAU,
  r.CREDIT_ACTIVE,
  r.CREDIT_CURRENCY,
  r.DAYS_CREDIT,
  r.CREDIT_DAY_OVERDUE,
  r.DAYS_CREDIT_ENDDATE,
  r.DAYS_ENDDATE_FACT,
  r.AMT_CREDIT_MAX_OVERDUE,
  r.CNT_CREDIT_PROLONG,
  r.AMT_CREDIT_SUM,
  r.AMT_CREDIT_SUM_DEBT,
  r.AMT_CREDIT_SUM_LIMIT,
  r.AMT_CREDIT_SUM_OVERDUE,
  r.CREDIT_TYPE,
  r.DAYS_CREDIT_UPDATE,
  r.AMT_ANNUITY
FROM raw.bureau_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.bureau IS 'One row per credit that the bureau reported, cleaned, with the span in which it was valid.';
CREATE VIEW core.bureau_balance AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.bureau_balance_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_CURR,
  r.SK_ID_BUREAU,
  r.MONTHS_BALANCE,
  r.STATUS
FROM raw.bureau_balance_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.bureau_balance IS 'One row per month of a credit that the bureau reported, cleaned, with the span in which it was valid.';
CREATE VIEW core.previous_applications AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.previous_application_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_PREV,
  r.SK_ID_CURR,
  r.NAME_CONTRACT_TYPE,
  r.AMT_ANNUITY,
  r.AMT_APPLICATION,
  r.AMT_CREDIT,
  r.AMT_DOWN_PAYMENT,
  r.AMT_GOODS_PRICE,
  r.WEEKDAY_APPR_PROCESS_START,
  r.HOUR_APPR_PROCESS_START,
  r.FLAG_LAST_APPL_PER_CONTRACT,
  r.NFLAG_LAST_APPL_IN_DAY,
  r.RATE_DOWN_PAYMENT,
  r.RATE_INTEREST_PRIMARY,
  r.RATE_INTEREST_PRIVILEGED,
  r.NAME_CASH_LOAN_PURPOSE,
  r.NAME_CONTRACT_STATUS,
  r.DAYS_DECISION,
  r.NAME_PAYMENT_TYPE,
  r.CODE_REJECT_REASON,
  r.NAME_TYPE_SUITE,
  r.NAME_CLIENT_TYPE,
  r.NAME_GOODS_CATEGORY,
  r.NAME_PORTFOLIO,
  r.NAME_PRODUCT_TYPE,
  r.CHANNEL_TYPE,
  r.SELLERPLACE_AREA,
  r.NAME_SELLER_INDUSTRY,
  r.CNT_PAYMENT,
  r.NAME_YIELD_GROUP,
  r.PRODUCT_COMBINATION,
  nullif(r.DAYS_FIRST_DRAWING, 365243) AS DAYS_FIRST_DRAWING,
  coalesce(r.DAYS_FIRST_DRAWING = 365243, false) AS DAYS_FIRST_DRAWING_IS_SENTINEL,
  nullif(r.DAYS_FIRST_DUE, 365243) AS DAYS_FIRST_DUE,
  coalesce(r.DAYS_FIRST_DUE = 365243, false) AS DAYS_FIRST_DUE_IS_SENTINEL,
  nullif(r.DAYS_LAST_DUE_1ST_VERSION, 365243) AS DAYS_LAST_DUE_1ST_VERSION,
  coalesce(r.DAYS_LAST_DUE_1ST_VERSION = 365243, false) AS DAYS_LAST_DUE_1ST_VERSION_IS_SENTINEL,
  nullif(r.DAYS_LAST_DUE, 365243) AS DAYS_LAST_DUE,
  coalesce(r.DAYS_LAST_DUE = 365243, false) AS DAYS_LAST_DUE_IS_SENTINEL,
  nullif(r.DAYS_TERMINATION, 365243) AS DAYS_TERMINATION,
  coalesce(r.DAYS_TERMINATION = 365243, false) AS DAYS_TERMINATION_IS_SENTINEL,
  r.NFLAG_INSURED_ON_APPROVAL
FROM raw.previous_application_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.previous_applications IS 'One row per previous application, cleaned, with the span in which it was valid.';
CREATE VIEW core.pos_cash_balance AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.POS_CASH_balance_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_PREV,
  r.SK_ID_CURR,
  r.MONTHS_BALANCE,
  r.CNT_INSTALMENT,
  r.CNT_INSTALMENT_FUTURE,
  r.NAME_CONTRACT_STATUS,
  r.SK_DPD,
  r.SK_DPD_DEF
FROM raw.POS_CASH_balance_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.pos_cash_balance IS 'One row per month of a previous point-of-sale or cash loan, cleaned, with the span in which it was valid.';
CREATE VIEW core.installments_payments AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.installments_payments_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_PREV,
  r.SK_ID_CURR,
  r.NUM_INSTALMENT_VERSION,
  r.NUM_INSTALMENT_NUMBER,
  r.DAYS_INSTALMENT,
  r.DAYS_ENTRY_PAYMENT,
  r.AMT_INSTALMENT,
  r.AMT_PAYMENT
FROM raw.installments_payments_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.installments_payments IS 'One row per instalment payment of a previous credit, cleaned, with the span in which it was valid.';
CREATE VIEW core.credit_card_balance AS
WITH sets AS (
  SELECT SK_ID_CURR, batch_id, lead(batch_id) OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id) AS next_batch_id
  FROM (SELECT DISTINCT SK_ID_CURR, batch_id FROM raw.credit_card_balance_v1)
)
SELECT
  r.batch_id,
  core.received_on(r.batch_id) AS valid_from,
  core.received_on(s.next_batch_id) AS valid_to,
  r.row_number,
  r.origin,
  r.SK_ID_PREV,
  r.SK_ID_CURR,
  r.MONTHS_BALANCE,
  r.AMT_BALANCE,
  r.AMT_CREDIT_LIMIT_ACTUAL,
  r.AMT_DRAWINGS_ATM_CURRENT,
  r.AMT_DRAWINGS_CURRENT,
  r.AMT_DRAWINGS_OTHER_CURRENT,
  r.AMT_DRAWINGS_POS_CURRENT,
  r.AMT_INST_MIN_REGULARITY,
  r.AMT_PAYMENT_CURRENT,
  r.AMT_PAYMENT_TOTAL_CURRENT,
  r.AMT_RECEIVABLE_PRINCIPAL,
  r.AMT_RECIVABLE,
  r.AMT_TOTAL_RECEIVABLE,
  r.CNT_DRAWINGS_ATM_CURRENT,
  r.CNT_DRAWINGS_CURRENT,
  r.CNT_DRAWINGS_OTHER_CURRENT,
  r.CNT_DRAWINGS_POS_CURRENT,
  r.CNT_INSTALMENT_MATURE_CUM,
  r.NAME_CONTRACT_STATUS,
  r.SK_DPD,
  r.SK_DPD_DEF
FROM raw.credit_card_balance_v1 AS r
JOIN sets AS s ON s.batch_id = r.batch_id AND s.SK_ID_CURR IS NOT DISTINCT FROM r.SK_ID_CURR;
COMMENT ON VIEW core.credit_card_balance IS 'One row per month of a previous credit card, cleaned, with the span in which it was valid.';
CREATE VIEW core.outcomes AS
SELECT r.SK_ID_CURR, r.TARGET, r.observed_on, r.batch_id, core.received_on(r.batch_id) AS received_on
FROM raw.outcomes_v1 AS r;
COMMENT ON VIEW core.outcomes IS 'One row per delivered outcome; of several for an applicant the newest delivery counts.';
