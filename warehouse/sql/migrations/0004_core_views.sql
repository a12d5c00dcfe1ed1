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
COMMENT ON COLUMN core.applications."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.applications."received_on" IS 'Business date of the delivery.';
COMMENT ON COLUMN core.applications."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.applications."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.applications."is_withdrawn" IS 'Whether a later delivery of its day no longer held it.';
COMMENT ON COLUMN core.applications."SK_ID_CURR" IS 'Applicant key; one row per application in a delivery.';
COMMENT ON COLUMN core.applications."TARGET" IS '1 if the loan defaulted, else 0; only in labelled tables, never a feature.';
COMMENT ON COLUMN core.applications."NAME_CONTRACT_TYPE" IS 'Product: cash loan or revolving loan.';
COMMENT ON COLUMN core.applications."CODE_GENDER" IS 'Gender of the applicant; protected attribute.';
COMMENT ON COLUMN core.applications."FLAG_OWN_CAR" IS 'Y if the applicant owns a car, else N.';
COMMENT ON COLUMN core.applications."FLAG_OWN_REALTY" IS 'Y if the applicant owns a house or flat, else N.';
COMMENT ON COLUMN core.applications."CNT_CHILDREN" IS 'Number of children.';
COMMENT ON COLUMN core.applications."AMT_INCOME_TOTAL" IS 'Yearly income, in currency units.';
COMMENT ON COLUMN core.applications."AMT_CREDIT" IS 'Credit amount of the loan, in currency units.';
COMMENT ON COLUMN core.applications."AMT_ANNUITY" IS 'Loan annuity, in currency units.';
COMMENT ON COLUMN core.applications."AMT_GOODS_PRICE" IS 'Price of the goods the loan is for, in currency units.';
COMMENT ON COLUMN core.applications."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN core.applications."NAME_INCOME_TYPE" IS 'Income type.';
COMMENT ON COLUMN core.applications."NAME_EDUCATION_TYPE" IS 'Highest education.';
COMMENT ON COLUMN core.applications."NAME_FAMILY_STATUS" IS 'Family status; protected attribute.';
COMMENT ON COLUMN core.applications."NAME_HOUSING_TYPE" IS 'Housing situation.';
COMMENT ON COLUMN core.applications."REGION_POPULATION_RELATIVE" IS 'Normalised population of the region, dimensionless.';
COMMENT ON COLUMN core.applications."DAYS_BIRTH" IS 'Age: days from birth to the application, negative.';
COMMENT ON COLUMN core.applications."DAYS_EMPLOYED" IS 'Days from the start of the current job to the application, negative; 365243 means not employed.';
COMMENT ON COLUMN core.applications."DAYS_EMPLOYED_IS_SENTINEL" IS 'Whether DAYS_EMPLOYED was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.applications."DAYS_REGISTRATION" IS 'Days since the registration was changed, negative.';
COMMENT ON COLUMN core.applications."DAYS_ID_PUBLISH" IS 'Days since the identity document was changed, negative.';
COMMENT ON COLUMN core.applications."OWN_CAR_AGE" IS 'Age of the car, in years.';
COMMENT ON COLUMN core.applications."FLAG_MOBIL" IS '1 if mobile phone given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_EMP_PHONE" IS '1 if work phone given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_WORK_PHONE" IS '1 if home phone given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_CONT_MOBILE" IS '1 if mobile phone reachable, else 0.';
COMMENT ON COLUMN core.applications."FLAG_PHONE" IS '1 if landline given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_EMAIL" IS '1 if e-mail given, else 0.';
COMMENT ON COLUMN core.applications."OCCUPATION_TYPE" IS 'Occupation.';
COMMENT ON COLUMN core.applications."CNT_FAM_MEMBERS" IS 'Number of family members.';
COMMENT ON COLUMN core.applications."REGION_RATING_CLIENT" IS 'Rating of the region, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN core.applications."REGION_RATING_CLIENT_W_CITY" IS 'Rating of the region and city, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN core.applications."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the application.';
COMMENT ON COLUMN core.applications."HOUR_APPR_PROCESS_START" IS 'Hour of the application, 0 to 23.';
COMMENT ON COLUMN core.applications."REG_REGION_NOT_LIVE_REGION" IS '1 if registered and living region differ, else 0.';
COMMENT ON COLUMN core.applications."REG_REGION_NOT_WORK_REGION" IS '1 if registered and working region differ, else 0.';
COMMENT ON COLUMN core.applications."LIVE_REGION_NOT_WORK_REGION" IS '1 if living and working region differ, else 0.';
COMMENT ON COLUMN core.applications."REG_CITY_NOT_LIVE_CITY" IS '1 if registered and living city differ, else 0.';
COMMENT ON COLUMN core.applications."REG_CITY_NOT_WORK_CITY" IS '1 if registered and working city differ, else 0.';
COMMENT ON COLUMN core.applications."LIVE_CITY_NOT_WORK_CITY" IS '1 if living and working city differ, else 0.';
COMMENT ON COLUMN core.applications."ORGANIZATION_TYPE" IS 'Type of the employer.';
COMMENT ON COLUMN core.applications."EXT_SOURCE_1" IS 'Score 1 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN core.applications."EXT_SOURCE_2" IS 'Score 2 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN core.applications."EXT_SOURCE_3" IS 'Score 3 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN core.applications."APARTMENTS_AVG" IS 'Applicant''s building: number of flats, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."BASEMENTAREA_AVG" IS 'Applicant''s building: basement area, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BEGINEXPLUATATION_AVG" IS 'Applicant''s building: years in use, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BUILD_AVG" IS 'Applicant''s building: year of construction, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."COMMONAREA_AVG" IS 'Applicant''s building: common area, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ELEVATORS_AVG" IS 'Applicant''s building: lifts, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ENTRANCES_AVG" IS 'Applicant''s building: entrances, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMAX_AVG" IS 'Applicant''s building: highest floor, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMIN_AVG" IS 'Applicant''s building: lowest floor, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LANDAREA_AVG" IS 'Applicant''s building: land area, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAPARTMENTS_AVG" IS 'Applicant''s building: inhabited flats, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAREA_AVG" IS 'Applicant''s building: living area, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAPARTMENTS_AVG" IS 'Applicant''s building: flats not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAREA_AVG" IS 'Applicant''s building: area not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN core.applications."APARTMENTS_MODE" IS 'Applicant''s building: number of flats, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."BASEMENTAREA_MODE" IS 'Applicant''s building: basement area, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BEGINEXPLUATATION_MODE" IS 'Applicant''s building: years in use, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BUILD_MODE" IS 'Applicant''s building: year of construction, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."COMMONAREA_MODE" IS 'Applicant''s building: common area, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ELEVATORS_MODE" IS 'Applicant''s building: lifts, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ENTRANCES_MODE" IS 'Applicant''s building: entrances, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMAX_MODE" IS 'Applicant''s building: highest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMIN_MODE" IS 'Applicant''s building: lowest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LANDAREA_MODE" IS 'Applicant''s building: land area, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAPARTMENTS_MODE" IS 'Applicant''s building: inhabited flats, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAREA_MODE" IS 'Applicant''s building: living area, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAPARTMENTS_MODE" IS 'Applicant''s building: flats not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAREA_MODE" IS 'Applicant''s building: area not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN core.applications."APARTMENTS_MEDI" IS 'Applicant''s building: number of flats, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."BASEMENTAREA_MEDI" IS 'Applicant''s building: basement area, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BEGINEXPLUATATION_MEDI" IS 'Applicant''s building: years in use, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."YEARS_BUILD_MEDI" IS 'Applicant''s building: year of construction, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."COMMONAREA_MEDI" IS 'Applicant''s building: common area, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ELEVATORS_MEDI" IS 'Applicant''s building: lifts, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."ENTRANCES_MEDI" IS 'Applicant''s building: entrances, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMAX_MEDI" IS 'Applicant''s building: highest floor, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FLOORSMIN_MEDI" IS 'Applicant''s building: lowest floor, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LANDAREA_MEDI" IS 'Applicant''s building: land area, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: inhabited flats, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."LIVINGAREA_MEDI" IS 'Applicant''s building: living area, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: flats not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."NONLIVINGAREA_MEDI" IS 'Applicant''s building: area not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN core.applications."FONDKAPREMONT_MODE" IS 'Building: repair fund.';
COMMENT ON COLUMN core.applications."HOUSETYPE_MODE" IS 'Building: type of house.';
COMMENT ON COLUMN core.applications."TOTALAREA_MODE" IS 'Building: total area, normalised to 0..1.';
COMMENT ON COLUMN core.applications."WALLSMATERIAL_MODE" IS 'Building: wall material.';
COMMENT ON COLUMN core.applications."EMERGENCYSTATE_MODE" IS 'Building: declared an emergency, Yes or No.';
COMMENT ON COLUMN core.applications."OBS_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 30 days past due.';
COMMENT ON COLUMN core.applications."DEF_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 30 days past due.';
COMMENT ON COLUMN core.applications."OBS_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 60 days past due.';
COMMENT ON COLUMN core.applications."DEF_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 60 days past due.';
COMMENT ON COLUMN core.applications."DAYS_LAST_PHONE_CHANGE" IS 'Days since the phone was changed, negative.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_2" IS '1 if document 2 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_3" IS '1 if document 3 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_4" IS '1 if document 4 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_5" IS '1 if document 5 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_6" IS '1 if document 6 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_7" IS '1 if document 7 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_8" IS '1 if document 8 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_9" IS '1 if document 9 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_10" IS '1 if document 10 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_11" IS '1 if document 11 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_12" IS '1 if document 12 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_13" IS '1 if document 13 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_14" IS '1 if document 14 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_15" IS '1 if document 15 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_16" IS '1 if document 16 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_17" IS '1 if document 17 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_18" IS '1 if document 18 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_19" IS '1 if document 19 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_20" IS '1 if document 20 was given, else 0.';
COMMENT ON COLUMN core.applications."FLAG_DOCUMENT_21" IS '1 if document 21 was given, else 0.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_HOUR" IS 'Enquiries to the credit bureau in the hour before the application.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_DAY" IS 'Enquiries to the credit bureau in the day before the application.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_WEEK" IS 'Enquiries to the credit bureau in the week before the application.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_MON" IS 'Enquiries to the credit bureau in the month before the application.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_QRT" IS 'Enquiries to the credit bureau in the quarter before the application.';
COMMENT ON COLUMN core.applications."AMT_REQ_CREDIT_BUREAU_YEAR" IS 'Enquiries to the credit bureau in the year before the application.';
COMMENT ON COLUMN core.bureau."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.bureau."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.bureau."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.bureau."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.bureau."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.bureau."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.bureau."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row each.';
COMMENT ON COLUMN core.bureau."CREDIT_ACTIVE" IS 'Status of the reported credit.';
COMMENT ON COLUMN core.bureau."CREDIT_CURRENCY" IS 'Recoded currency.';
COMMENT ON COLUMN core.bureau."DAYS_CREDIT" IS 'Days from the credit application to this one, negative.';
COMMENT ON COLUMN core.bureau."CREDIT_DAY_OVERDUE" IS 'Days past due at the time of this application.';
COMMENT ON COLUMN core.bureau."DAYS_CREDIT_ENDDATE" IS 'Days until the credit ends; negative when it has ended.';
COMMENT ON COLUMN core.bureau."DAYS_ENDDATE_FACT" IS 'Days since the credit ended, negative.';
COMMENT ON COLUMN core.bureau."AMT_CREDIT_MAX_OVERDUE" IS 'Highest amount overdue so far, in currency units.';
COMMENT ON COLUMN core.bureau."CNT_CREDIT_PROLONG" IS 'Times the credit was prolonged.';
COMMENT ON COLUMN core.bureau."AMT_CREDIT_SUM" IS 'Credit amount, in currency units.';
COMMENT ON COLUMN core.bureau."AMT_CREDIT_SUM_DEBT" IS 'Current debt, in currency units; may be negative.';
COMMENT ON COLUMN core.bureau."AMT_CREDIT_SUM_LIMIT" IS 'Current limit of a credit card, in currency units; may be negative.';
COMMENT ON COLUMN core.bureau."AMT_CREDIT_SUM_OVERDUE" IS 'Amount overdue now, in currency units.';
COMMENT ON COLUMN core.bureau."CREDIT_TYPE" IS 'Type of the credit.';
COMMENT ON COLUMN core.bureau."DAYS_CREDIT_UPDATE" IS 'Days since the last report; a few bureau rows lie up to a year and a month ahead.';
COMMENT ON COLUMN core.bureau."AMT_ANNUITY" IS 'Annuity of the credit, in currency units.';
COMMENT ON COLUMN core.bureau_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.bureau_balance."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.bureau_balance."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.bureau_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.bureau_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.bureau_balance."SK_ID_CURR" IS 'Applicant key, resolved at ingest through bureau; null when no bureau row holds the credit.';
COMMENT ON COLUMN core.bureau_balance."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row per month.';
COMMENT ON COLUMN core.bureau_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN core.bureau_balance."STATUS" IS 'Status in the month: C closed, X unknown, 0 none past due, 1 to 5 the days-past-due class.';
COMMENT ON COLUMN core.credit_card_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.credit_card_balance."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.credit_card_balance."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.credit_card_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.credit_card_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.credit_card_balance."SK_ID_PREV" IS 'Key of a previous credit card; one row per month.';
COMMENT ON COLUMN core.credit_card_balance."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.credit_card_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_BALANCE" IS 'Balance in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_CREDIT_LIMIT_ACTUAL" IS 'Limit in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_DRAWINGS_ATM_CURRENT" IS 'Drawn at machines in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_DRAWINGS_CURRENT" IS 'Drawn in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_DRAWINGS_POS_CURRENT" IS 'Drawn for goods in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_INST_MIN_REGULARITY" IS 'Minimal instalment in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_PAYMENT_CURRENT" IS 'Paid in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_PAYMENT_TOTAL_CURRENT" IS 'Paid in total in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_RECEIVABLE_PRINCIPAL" IS 'Receivable principal in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_RECIVABLE" IS 'Receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."AMT_TOTAL_RECEIVABLE" IS 'Total receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN core.credit_card_balance."CNT_DRAWINGS_ATM_CURRENT" IS 'Drawings at machines, a count.';
COMMENT ON COLUMN core.credit_card_balance."CNT_DRAWINGS_CURRENT" IS 'Drawings, a count.';
COMMENT ON COLUMN core.credit_card_balance."CNT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings, a count.';
COMMENT ON COLUMN core.credit_card_balance."CNT_DRAWINGS_POS_CURRENT" IS 'Drawings for goods, a count.';
COMMENT ON COLUMN core.credit_card_balance."CNT_INSTALMENT_MATURE_CUM" IS 'Instalments paid so far, a count.';
COMMENT ON COLUMN core.credit_card_balance."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN core.credit_card_balance."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN core.credit_card_balance."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
COMMENT ON COLUMN core.installments_payments."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.installments_payments."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.installments_payments."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.installments_payments."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.installments_payments."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.installments_payments."SK_ID_PREV" IS 'Key of a previous credit; one row per instalment payment.';
COMMENT ON COLUMN core.installments_payments."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.installments_payments."NUM_INSTALMENT_VERSION" IS 'Version of the instalment calendar; 0 is a credit card.';
COMMENT ON COLUMN core.installments_payments."NUM_INSTALMENT_NUMBER" IS 'Number of the instalment.';
COMMENT ON COLUMN core.installments_payments."DAYS_INSTALMENT" IS 'Days from the due date to this application, negative.';
COMMENT ON COLUMN core.installments_payments."DAYS_ENTRY_PAYMENT" IS 'Days from the payment to this application, negative; missing if never paid.';
COMMENT ON COLUMN core.installments_payments."AMT_INSTALMENT" IS 'Amount due, in currency units.';
COMMENT ON COLUMN core.installments_payments."AMT_PAYMENT" IS 'Amount paid, in currency units; missing if never paid.';
COMMENT ON COLUMN core.outcomes."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.outcomes."TARGET" IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN core.outcomes."observed_on" IS 'Day on which the outcome was known.';
COMMENT ON COLUMN core.outcomes."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.outcomes."received_on" IS 'Business date of the delivery.';
COMMENT ON COLUMN core.pos_cash_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.pos_cash_balance."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.pos_cash_balance."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.pos_cash_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.pos_cash_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.pos_cash_balance."SK_ID_PREV" IS 'Key of a previous credit; one row per month.';
COMMENT ON COLUMN core.pos_cash_balance."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.pos_cash_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN core.pos_cash_balance."CNT_INSTALMENT" IS 'Term, in instalments.';
COMMENT ON COLUMN core.pos_cash_balance."CNT_INSTALMENT_FUTURE" IS 'Instalments left.';
COMMENT ON COLUMN core.pos_cash_balance."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN core.pos_cash_balance."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN core.pos_cash_balance."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
COMMENT ON COLUMN core.previous_applications."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.previous_applications."valid_from" IS 'First business date on which these rows were held for the applicant.';
COMMENT ON COLUMN core.previous_applications."valid_to" IS 'First business date on which they were not held any more; null while they are.';
COMMENT ON COLUMN core.previous_applications."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.previous_applications."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN core.previous_applications."SK_ID_PREV" IS 'Key of a previous application; one row each.';
COMMENT ON COLUMN core.previous_applications."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN core.previous_applications."NAME_CONTRACT_TYPE" IS 'Product of the previous application.';
COMMENT ON COLUMN core.previous_applications."AMT_ANNUITY" IS 'Annuity, in currency units.';
COMMENT ON COLUMN core.previous_applications."AMT_APPLICATION" IS 'Amount asked for, in currency units.';
COMMENT ON COLUMN core.previous_applications."AMT_CREDIT" IS 'Amount granted, in currency units.';
COMMENT ON COLUMN core.previous_applications."AMT_DOWN_PAYMENT" IS 'Down payment, in currency units; a few are slightly negative.';
COMMENT ON COLUMN core.previous_applications."AMT_GOODS_PRICE" IS 'Price of the goods, in currency units.';
COMMENT ON COLUMN core.previous_applications."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the previous application.';
COMMENT ON COLUMN core.previous_applications."HOUR_APPR_PROCESS_START" IS 'Hour of the previous application, 0 to 23.';
COMMENT ON COLUMN core.previous_applications."FLAG_LAST_APPL_PER_CONTRACT" IS 'Y if it was the last application of its contract, else N.';
COMMENT ON COLUMN core.previous_applications."NFLAG_LAST_APPL_IN_DAY" IS '1 if it was the last application of that day, else 0.';
COMMENT ON COLUMN core.previous_applications."RATE_DOWN_PAYMENT" IS 'Down payment rate, normalised.';
COMMENT ON COLUMN core.previous_applications."RATE_INTEREST_PRIMARY" IS 'Interest rate, normalised.';
COMMENT ON COLUMN core.previous_applications."RATE_INTEREST_PRIVILEGED" IS 'Privileged interest rate, normalised.';
COMMENT ON COLUMN core.previous_applications."NAME_CASH_LOAN_PURPOSE" IS 'Purpose of the cash loan.';
COMMENT ON COLUMN core.previous_applications."NAME_CONTRACT_STATUS" IS 'Outcome of the previous application.';
COMMENT ON COLUMN core.previous_applications."DAYS_DECISION" IS 'Days since the decision, negative.';
COMMENT ON COLUMN core.previous_applications."NAME_PAYMENT_TYPE" IS 'Payment method.';
COMMENT ON COLUMN core.previous_applications."CODE_REJECT_REASON" IS 'Reason of rejection.';
COMMENT ON COLUMN core.previous_applications."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN core.previous_applications."NAME_CLIENT_TYPE" IS 'New or returning client.';
COMMENT ON COLUMN core.previous_applications."NAME_GOODS_CATEGORY" IS 'Goods category.';
COMMENT ON COLUMN core.previous_applications."NAME_PORTFOLIO" IS 'Portfolio.';
COMMENT ON COLUMN core.previous_applications."NAME_PRODUCT_TYPE" IS 'Cross-sell or walk-in.';
COMMENT ON COLUMN core.previous_applications."CHANNEL_TYPE" IS 'Sales channel.';
COMMENT ON COLUMN core.previous_applications."SELLERPLACE_AREA" IS 'Selling area of the shop; -1 is unknown.';
COMMENT ON COLUMN core.previous_applications."NAME_SELLER_INDUSTRY" IS 'Industry of the seller.';
COMMENT ON COLUMN core.previous_applications."CNT_PAYMENT" IS 'Term, in payments.';
COMMENT ON COLUMN core.previous_applications."NAME_YIELD_GROUP" IS 'Interest rate group.';
COMMENT ON COLUMN core.previous_applications."PRODUCT_COMBINATION" IS 'Detailed product.';
COMMENT ON COLUMN core.previous_applications."DAYS_FIRST_DRAWING" IS 'Days from this application to the first drawing; 365243 means none.';
COMMENT ON COLUMN core.previous_applications."DAYS_FIRST_DRAWING_IS_SENTINEL" IS 'Whether DAYS_FIRST_DRAWING was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.previous_applications."DAYS_FIRST_DUE" IS 'Days from this application to the first due date; 365243 means none.';
COMMENT ON COLUMN core.previous_applications."DAYS_FIRST_DUE_IS_SENTINEL" IS 'Whether DAYS_FIRST_DUE was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.previous_applications."DAYS_LAST_DUE_1ST_VERSION" IS 'Days from this application to the last due date as first agreed; 365243 means none.';
COMMENT ON COLUMN core.previous_applications."DAYS_LAST_DUE_1ST_VERSION_IS_SENTINEL" IS 'Whether DAYS_LAST_DUE_1ST_VERSION was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.previous_applications."DAYS_LAST_DUE" IS 'Days from this application to the last due date; 365243 means none.';
COMMENT ON COLUMN core.previous_applications."DAYS_LAST_DUE_IS_SENTINEL" IS 'Whether DAYS_LAST_DUE was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.previous_applications."DAYS_TERMINATION" IS 'Days from this application to the expected termination; 365243 means none.';
COMMENT ON COLUMN core.previous_applications."DAYS_TERMINATION_IS_SENTINEL" IS 'Whether DAYS_TERMINATION was delivered as 365243, which stands for none.';
COMMENT ON COLUMN core.previous_applications."NFLAG_INSURED_ON_APPROVAL" IS '1 if insurance was asked for, else 0.';
