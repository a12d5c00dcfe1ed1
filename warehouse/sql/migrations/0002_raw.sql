-- raw: what was delivered, typed but otherwise as received (sentinels stay); accepted rows only, the rejected ones keep their text.
-- batch_id is yyyymmddvv: the business date and the version of that day's delivery, so that order of ids is order of receipt.
CREATE SCHEMA raw;
CREATE TABLE raw.application_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "TARGET" TINYINT,
  "NAME_CONTRACT_TYPE" VARCHAR NOT NULL,
  "CODE_GENDER" VARCHAR,
  "FLAG_OWN_CAR" VARCHAR,
  "FLAG_OWN_REALTY" VARCHAR,
  "CNT_CHILDREN" INTEGER,
  "AMT_INCOME_TOTAL" DOUBLE NOT NULL,
  "AMT_CREDIT" DOUBLE NOT NULL,
  "AMT_ANNUITY" DOUBLE,
  "AMT_GOODS_PRICE" DOUBLE,
  "NAME_TYPE_SUITE" VARCHAR,
  "NAME_INCOME_TYPE" VARCHAR,
  "NAME_EDUCATION_TYPE" VARCHAR,
  "NAME_FAMILY_STATUS" VARCHAR,
  "NAME_HOUSING_TYPE" VARCHAR,
  "REGION_POPULATION_RELATIVE" DOUBLE,
  "DAYS_BIRTH" INTEGER NOT NULL,
  "DAYS_EMPLOYED" INTEGER,
  "DAYS_REGISTRATION" INTEGER,
  "DAYS_ID_PUBLISH" INTEGER,
  "OWN_CAR_AGE" DOUBLE,
  "FLAG_MOBIL" TINYINT,
  "FLAG_EMP_PHONE" TINYINT,
  "FLAG_WORK_PHONE" TINYINT,
  "FLAG_CONT_MOBILE" TINYINT,
  "FLAG_PHONE" TINYINT,
  "FLAG_EMAIL" TINYINT,
  "OCCUPATION_TYPE" VARCHAR,
  "CNT_FAM_MEMBERS" INTEGER,
  "REGION_RATING_CLIENT" INTEGER,
  "REGION_RATING_CLIENT_W_CITY" INTEGER,
  "WEEKDAY_APPR_PROCESS_START" VARCHAR,
  "HOUR_APPR_PROCESS_START" INTEGER,
  "REG_REGION_NOT_LIVE_REGION" TINYINT,
  "REG_REGION_NOT_WORK_REGION" TINYINT,
  "LIVE_REGION_NOT_WORK_REGION" TINYINT,
  "REG_CITY_NOT_LIVE_CITY" TINYINT,
  "REG_CITY_NOT_WORK_CITY" TINYINT,
  "LIVE_CITY_NOT_WORK_CITY" TINYINT,
  "ORGANIZATION_TYPE" VARCHAR,
  "EXT_SOURCE_1" DOUBLE,
  "EXT_SOURCE_2" DOUBLE,
  "EXT_SOURCE_3" DOUBLE,
  "APARTMENTS_AVG" DOUBLE,
  "BASEMENTAREA_AVG" DOUBLE,
  "YEARS_BEGINEXPLUATATION_AVG" DOUBLE,
  "YEARS_BUILD_AVG" DOUBLE,
  "COMMONAREA_AVG" DOUBLE,
  "ELEVATORS_AVG" DOUBLE,
  "ENTRANCES_AVG" DOUBLE,
  "FLOORSMAX_AVG" DOUBLE,
  "FLOORSMIN_AVG" DOUBLE,
  "LANDAREA_AVG" DOUBLE,
  "LIVINGAPARTMENTS_AVG" DOUBLE,
  "LIVINGAREA_AVG" DOUBLE,
  "NONLIVINGAPARTMENTS_AVG" DOUBLE,
  "NONLIVINGAREA_AVG" DOUBLE,
  "APARTMENTS_MODE" DOUBLE,
  "BASEMENTAREA_MODE" DOUBLE,
  "YEARS_BEGINEXPLUATATION_MODE" DOUBLE,
  "YEARS_BUILD_MODE" DOUBLE,
  "COMMONAREA_MODE" DOUBLE,
  "ELEVATORS_MODE" DOUBLE,
  "ENTRANCES_MODE" DOUBLE,
  "FLOORSMAX_MODE" DOUBLE,
  "FLOORSMIN_MODE" DOUBLE,
  "LANDAREA_MODE" DOUBLE,
  "LIVINGAPARTMENTS_MODE" DOUBLE,
  "LIVINGAREA_MODE" DOUBLE,
  "NONLIVINGAPARTMENTS_MODE" DOUBLE,
  "NONLIVINGAREA_MODE" DOUBLE,
  "APARTMENTS_MEDI" DOUBLE,
  "BASEMENTAREA_MEDI" DOUBLE,
  "YEARS_BEGINEXPLUATATION_MEDI" DOUBLE,
  "YEARS_BUILD_MEDI" DOUBLE,
  "COMMONAREA_MEDI" DOUBLE,
  "ELEVATORS_MEDI" DOUBLE,
  "ENTRANCES_MEDI" DOUBLE,
  "FLOORSMAX_MEDI" DOUBLE,
  "FLOORSMIN_MEDI" DOUBLE,
  "LANDAREA_MEDI" DOUBLE,
  "LIVINGAPARTMENTS_MEDI" DOUBLE,
  "LIVINGAREA_MEDI" DOUBLE,
  "NONLIVINGAPARTMENTS_MEDI" DOUBLE,
  "NONLIVINGAREA_MEDI" DOUBLE,
  "FONDKAPREMONT_MODE" VARCHAR,
  "HOUSETYPE_MODE" VARCHAR,
  "TOTALAREA_MODE" DOUBLE,
  "WALLSMATERIAL_MODE" VARCHAR,
  "EMERGENCYSTATE_MODE" VARCHAR,
  "OBS_30_CNT_SOCIAL_CIRCLE" INTEGER,
  "DEF_30_CNT_SOCIAL_CIRCLE" INTEGER,
  "OBS_60_CNT_SOCIAL_CIRCLE" INTEGER,
  "DEF_60_CNT_SOCIAL_CIRCLE" INTEGER,
  "DAYS_LAST_PHONE_CHANGE" INTEGER,
  "FLAG_DOCUMENT_2" TINYINT,
  "FLAG_DOCUMENT_3" TINYINT,
  "FLAG_DOCUMENT_4" TINYINT,
  "FLAG_DOCUMENT_5" TINYINT,
  "FLAG_DOCUMENT_6" TINYINT,
  "FLAG_DOCUMENT_7" TINYINT,
  "FLAG_DOCUMENT_8" TINYINT,
  "FLAG_DOCUMENT_9" TINYINT,
  "FLAG_DOCUMENT_10" TINYINT,
  "FLAG_DOCUMENT_11" TINYINT,
  "FLAG_DOCUMENT_12" TINYINT,
  "FLAG_DOCUMENT_13" TINYINT,
  "FLAG_DOCUMENT_14" TINYINT,
  "FLAG_DOCUMENT_15" TINYINT,
  "FLAG_DOCUMENT_16" TINYINT,
  "FLAG_DOCUMENT_17" TINYINT,
  "FLAG_DOCUMENT_18" TINYINT,
  "FLAG_DOCUMENT_19" TINYINT,
  "FLAG_DOCUMENT_20" TINYINT,
  "FLAG_DOCUMENT_21" TINYINT,
  "AMT_REQ_CREDIT_BUREAU_HOUR" INTEGER,
  "AMT_REQ_CREDIT_BUREAU_DAY" INTEGER,
  "AMT_REQ_CREDIT_BUREAU_WEEK" INTEGER,
  "AMT_REQ_CREDIT_BUREAU_MON" INTEGER,
  "AMT_REQ_CREDIT_BUREAU_QRT" INTEGER,
  "AMT_REQ_CREDIT_BUREAU_YEAR" INTEGER
);
COMMENT ON TABLE raw.application_v1 IS 'One row per accepted application version, as received: applicant and batch.';
COMMENT ON COLUMN raw.application_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.application_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.application_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.application_v1."SK_ID_CURR" IS 'Applicant key; one row per application in a delivery.';
COMMENT ON COLUMN raw.application_v1."TARGET" IS '1 if the loan defaulted, else 0; only in labelled tables, never a feature.';
COMMENT ON COLUMN raw.application_v1."NAME_CONTRACT_TYPE" IS 'Product: cash loan or revolving loan.';
COMMENT ON COLUMN raw.application_v1."CODE_GENDER" IS 'Gender of the applicant; protected attribute.';
COMMENT ON COLUMN raw.application_v1."FLAG_OWN_CAR" IS 'Y if the applicant owns a car, else N.';
COMMENT ON COLUMN raw.application_v1."FLAG_OWN_REALTY" IS 'Y if the applicant owns a house or flat, else N.';
COMMENT ON COLUMN raw.application_v1."CNT_CHILDREN" IS 'Number of children.';
COMMENT ON COLUMN raw.application_v1."AMT_INCOME_TOTAL" IS 'Yearly income, in currency units.';
COMMENT ON COLUMN raw.application_v1."AMT_CREDIT" IS 'Credit amount of the loan, in currency units.';
COMMENT ON COLUMN raw.application_v1."AMT_ANNUITY" IS 'Loan annuity, in currency units.';
COMMENT ON COLUMN raw.application_v1."AMT_GOODS_PRICE" IS 'Price of the goods the loan is for, in currency units.';
COMMENT ON COLUMN raw.application_v1."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN raw.application_v1."NAME_INCOME_TYPE" IS 'Income type.';
COMMENT ON COLUMN raw.application_v1."NAME_EDUCATION_TYPE" IS 'Highest education.';
COMMENT ON COLUMN raw.application_v1."NAME_FAMILY_STATUS" IS 'Family status; protected attribute.';
COMMENT ON COLUMN raw.application_v1."NAME_HOUSING_TYPE" IS 'Housing situation.';
COMMENT ON COLUMN raw.application_v1."REGION_POPULATION_RELATIVE" IS 'Normalised population of the region, dimensionless.';
COMMENT ON COLUMN raw.application_v1."DAYS_BIRTH" IS 'Age: days from birth to the application, negative.';
COMMENT ON COLUMN raw.application_v1."DAYS_EMPLOYED" IS 'Days from the start of the current job to the application, negative; 365243 means not employed.';
COMMENT ON COLUMN raw.application_v1."DAYS_REGISTRATION" IS 'Days since the registration was changed, negative.';
COMMENT ON COLUMN raw.application_v1."DAYS_ID_PUBLISH" IS 'Days since the identity document was changed, negative.';
COMMENT ON COLUMN raw.application_v1."OWN_CAR_AGE" IS 'Age of the car, in years.';
COMMENT ON COLUMN raw.application_v1."FLAG_MOBIL" IS '1 if mobile phone given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_EMP_PHONE" IS '1 if work phone given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_WORK_PHONE" IS '1 if home phone given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_CONT_MOBILE" IS '1 if mobile phone reachable, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_PHONE" IS '1 if landline given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_EMAIL" IS '1 if e-mail given, else 0.';
COMMENT ON COLUMN raw.application_v1."OCCUPATION_TYPE" IS 'Occupation.';
COMMENT ON COLUMN raw.application_v1."CNT_FAM_MEMBERS" IS 'Number of family members.';
COMMENT ON COLUMN raw.application_v1."REGION_RATING_CLIENT" IS 'Rating of the region, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN raw.application_v1."REGION_RATING_CLIENT_W_CITY" IS 'Rating of the region and city, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN raw.application_v1."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the application.';
COMMENT ON COLUMN raw.application_v1."HOUR_APPR_PROCESS_START" IS 'Hour of the application, 0 to 23.';
COMMENT ON COLUMN raw.application_v1."REG_REGION_NOT_LIVE_REGION" IS '1 if registered and living region differ, else 0.';
COMMENT ON COLUMN raw.application_v1."REG_REGION_NOT_WORK_REGION" IS '1 if registered and working region differ, else 0.';
COMMENT ON COLUMN raw.application_v1."LIVE_REGION_NOT_WORK_REGION" IS '1 if living and working region differ, else 0.';
COMMENT ON COLUMN raw.application_v1."REG_CITY_NOT_LIVE_CITY" IS '1 if registered and living city differ, else 0.';
COMMENT ON COLUMN raw.application_v1."REG_CITY_NOT_WORK_CITY" IS '1 if registered and working city differ, else 0.';
COMMENT ON COLUMN raw.application_v1."LIVE_CITY_NOT_WORK_CITY" IS '1 if living and working city differ, else 0.';
COMMENT ON COLUMN raw.application_v1."ORGANIZATION_TYPE" IS 'Type of the employer.';
COMMENT ON COLUMN raw.application_v1."EXT_SOURCE_1" IS 'Score 1 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application_v1."EXT_SOURCE_2" IS 'Score 2 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application_v1."EXT_SOURCE_3" IS 'Score 3 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application_v1."APARTMENTS_AVG" IS 'Applicant''s building: number of flats, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."BASEMENTAREA_AVG" IS 'Applicant''s building: basement area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BEGINEXPLUATATION_AVG" IS 'Applicant''s building: years in use, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BUILD_AVG" IS 'Applicant''s building: year of construction, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."COMMONAREA_AVG" IS 'Applicant''s building: common area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ELEVATORS_AVG" IS 'Applicant''s building: lifts, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ENTRANCES_AVG" IS 'Applicant''s building: entrances, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMAX_AVG" IS 'Applicant''s building: highest floor, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMIN_AVG" IS 'Applicant''s building: lowest floor, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LANDAREA_AVG" IS 'Applicant''s building: land area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAPARTMENTS_AVG" IS 'Applicant''s building: inhabited flats, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAREA_AVG" IS 'Applicant''s building: living area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAPARTMENTS_AVG" IS 'Applicant''s building: flats not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAREA_AVG" IS 'Applicant''s building: area not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."APARTMENTS_MODE" IS 'Applicant''s building: number of flats, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."BASEMENTAREA_MODE" IS 'Applicant''s building: basement area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BEGINEXPLUATATION_MODE" IS 'Applicant''s building: years in use, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BUILD_MODE" IS 'Applicant''s building: year of construction, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."COMMONAREA_MODE" IS 'Applicant''s building: common area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ELEVATORS_MODE" IS 'Applicant''s building: lifts, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ENTRANCES_MODE" IS 'Applicant''s building: entrances, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMAX_MODE" IS 'Applicant''s building: highest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMIN_MODE" IS 'Applicant''s building: lowest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LANDAREA_MODE" IS 'Applicant''s building: land area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAPARTMENTS_MODE" IS 'Applicant''s building: inhabited flats, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAREA_MODE" IS 'Applicant''s building: living area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAPARTMENTS_MODE" IS 'Applicant''s building: flats not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAREA_MODE" IS 'Applicant''s building: area not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."APARTMENTS_MEDI" IS 'Applicant''s building: number of flats, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."BASEMENTAREA_MEDI" IS 'Applicant''s building: basement area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BEGINEXPLUATATION_MEDI" IS 'Applicant''s building: years in use, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."YEARS_BUILD_MEDI" IS 'Applicant''s building: year of construction, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."COMMONAREA_MEDI" IS 'Applicant''s building: common area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ELEVATORS_MEDI" IS 'Applicant''s building: lifts, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."ENTRANCES_MEDI" IS 'Applicant''s building: entrances, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMAX_MEDI" IS 'Applicant''s building: highest floor, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FLOORSMIN_MEDI" IS 'Applicant''s building: lowest floor, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LANDAREA_MEDI" IS 'Applicant''s building: land area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: inhabited flats, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."LIVINGAREA_MEDI" IS 'Applicant''s building: living area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: flats not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."NONLIVINGAREA_MEDI" IS 'Applicant''s building: area not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."FONDKAPREMONT_MODE" IS 'Building: repair fund.';
COMMENT ON COLUMN raw.application_v1."HOUSETYPE_MODE" IS 'Building: type of house.';
COMMENT ON COLUMN raw.application_v1."TOTALAREA_MODE" IS 'Building: total area, normalised to 0..1.';
COMMENT ON COLUMN raw.application_v1."WALLSMATERIAL_MODE" IS 'Building: wall material.';
COMMENT ON COLUMN raw.application_v1."EMERGENCYSTATE_MODE" IS 'Building: declared an emergency, Yes or No.';
COMMENT ON COLUMN raw.application_v1."OBS_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 30 days past due.';
COMMENT ON COLUMN raw.application_v1."DEF_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 30 days past due.';
COMMENT ON COLUMN raw.application_v1."OBS_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 60 days past due.';
COMMENT ON COLUMN raw.application_v1."DEF_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 60 days past due.';
COMMENT ON COLUMN raw.application_v1."DAYS_LAST_PHONE_CHANGE" IS 'Days since the phone was changed, negative.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_2" IS '1 if document 2 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_3" IS '1 if document 3 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_4" IS '1 if document 4 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_5" IS '1 if document 5 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_6" IS '1 if document 6 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_7" IS '1 if document 7 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_8" IS '1 if document 8 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_9" IS '1 if document 9 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_10" IS '1 if document 10 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_11" IS '1 if document 11 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_12" IS '1 if document 12 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_13" IS '1 if document 13 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_14" IS '1 if document 14 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_15" IS '1 if document 15 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_16" IS '1 if document 16 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_17" IS '1 if document 17 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_18" IS '1 if document 18 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_19" IS '1 if document 19 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_20" IS '1 if document 20 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."FLAG_DOCUMENT_21" IS '1 if document 21 was given, else 0.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_HOUR" IS 'Enquiries to the credit bureau in the hour before the application.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_DAY" IS 'Enquiries to the credit bureau in the day before the application.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_WEEK" IS 'Enquiries to the credit bureau in the week before the application.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_MON" IS 'Enquiries to the credit bureau in the month before the application.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_QRT" IS 'Enquiries to the credit bureau in the quarter before the application.';
COMMENT ON COLUMN raw.application_v1."AMT_REQ_CREDIT_BUREAU_YEAR" IS 'Enquiries to the credit bureau in the year before the application.';
CREATE TABLE raw.bureau_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "SK_ID_BUREAU" BIGINT NOT NULL,
  "CREDIT_ACTIVE" VARCHAR NOT NULL,
  "CREDIT_CURRENCY" VARCHAR,
  "DAYS_CREDIT" INTEGER NOT NULL,
  "CREDIT_DAY_OVERDUE" INTEGER,
  "DAYS_CREDIT_ENDDATE" INTEGER,
  "DAYS_ENDDATE_FACT" INTEGER,
  "AMT_CREDIT_MAX_OVERDUE" DOUBLE,
  "CNT_CREDIT_PROLONG" INTEGER,
  "AMT_CREDIT_SUM" DOUBLE,
  "AMT_CREDIT_SUM_DEBT" DOUBLE,
  "AMT_CREDIT_SUM_LIMIT" DOUBLE,
  "AMT_CREDIT_SUM_OVERDUE" DOUBLE,
  "CREDIT_TYPE" VARCHAR,
  "DAYS_CREDIT_UPDATE" INTEGER,
  "AMT_ANNUITY" DOUBLE
);
COMMENT ON TABLE raw.bureau_v1 IS 'One row per credit that the bureau reported, as received.';
COMMENT ON COLUMN raw.bureau_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.bureau_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.bureau_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.bureau_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.bureau_v1."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row each.';
COMMENT ON COLUMN raw.bureau_v1."CREDIT_ACTIVE" IS 'Status of the reported credit.';
COMMENT ON COLUMN raw.bureau_v1."CREDIT_CURRENCY" IS 'Recoded currency.';
COMMENT ON COLUMN raw.bureau_v1."DAYS_CREDIT" IS 'Days from the credit application to this one, negative.';
COMMENT ON COLUMN raw.bureau_v1."CREDIT_DAY_OVERDUE" IS 'Days past due at the time of this application.';
COMMENT ON COLUMN raw.bureau_v1."DAYS_CREDIT_ENDDATE" IS 'Days until the credit ends; negative when it has ended.';
COMMENT ON COLUMN raw.bureau_v1."DAYS_ENDDATE_FACT" IS 'Days since the credit ended, negative.';
COMMENT ON COLUMN raw.bureau_v1."AMT_CREDIT_MAX_OVERDUE" IS 'Highest amount overdue so far, in currency units.';
COMMENT ON COLUMN raw.bureau_v1."CNT_CREDIT_PROLONG" IS 'Times the credit was prolonged.';
COMMENT ON COLUMN raw.bureau_v1."AMT_CREDIT_SUM" IS 'Credit amount, in currency units.';
COMMENT ON COLUMN raw.bureau_v1."AMT_CREDIT_SUM_DEBT" IS 'Current debt, in currency units; may be negative.';
COMMENT ON COLUMN raw.bureau_v1."AMT_CREDIT_SUM_LIMIT" IS 'Current limit of a credit card, in currency units; may be negative.';
COMMENT ON COLUMN raw.bureau_v1."AMT_CREDIT_SUM_OVERDUE" IS 'Amount overdue now, in currency units.';
COMMENT ON COLUMN raw.bureau_v1."CREDIT_TYPE" IS 'Type of the credit.';
COMMENT ON COLUMN raw.bureau_v1."DAYS_CREDIT_UPDATE" IS 'Days since the last report; a few bureau rows lie up to a year and a month ahead.';
COMMENT ON COLUMN raw.bureau_v1."AMT_ANNUITY" IS 'Annuity of the credit, in currency units.';
CREATE TABLE raw.bureau_balance_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_CURR" BIGINT,
  "SK_ID_BUREAU" BIGINT NOT NULL,
  "MONTHS_BALANCE" INTEGER NOT NULL,
  "STATUS" VARCHAR NOT NULL
);
COMMENT ON TABLE raw.bureau_balance_v1 IS 'One row per month of a credit that the bureau reported, as received.';
COMMENT ON COLUMN raw.bureau_balance_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.bureau_balance_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.bureau_balance_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.bureau_balance_v1."SK_ID_CURR" IS 'Applicant key, resolved at ingest through bureau; null when no bureau row holds the credit.';
COMMENT ON COLUMN raw.bureau_balance_v1."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row per month.';
COMMENT ON COLUMN raw.bureau_balance_v1."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.bureau_balance_v1."STATUS" IS 'Status in the month: C closed, X unknown, 0 none past due, 1 to 5 the days-past-due class.';
CREATE TABLE raw.previous_application_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_PREV" BIGINT NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "NAME_CONTRACT_TYPE" VARCHAR,
  "AMT_ANNUITY" DOUBLE,
  "AMT_APPLICATION" DOUBLE,
  "AMT_CREDIT" DOUBLE,
  "AMT_DOWN_PAYMENT" DOUBLE,
  "AMT_GOODS_PRICE" DOUBLE,
  "WEEKDAY_APPR_PROCESS_START" VARCHAR,
  "HOUR_APPR_PROCESS_START" INTEGER,
  "FLAG_LAST_APPL_PER_CONTRACT" VARCHAR,
  "NFLAG_LAST_APPL_IN_DAY" TINYINT,
  "RATE_DOWN_PAYMENT" DOUBLE,
  "RATE_INTEREST_PRIMARY" DOUBLE,
  "RATE_INTEREST_PRIVILEGED" DOUBLE,
  "NAME_CASH_LOAN_PURPOSE" VARCHAR,
  "NAME_CONTRACT_STATUS" VARCHAR NOT NULL,
  "DAYS_DECISION" INTEGER NOT NULL,
  "NAME_PAYMENT_TYPE" VARCHAR,
  "CODE_REJECT_REASON" VARCHAR,
  "NAME_TYPE_SUITE" VARCHAR,
  "NAME_CLIENT_TYPE" VARCHAR,
  "NAME_GOODS_CATEGORY" VARCHAR,
  "NAME_PORTFOLIO" VARCHAR,
  "NAME_PRODUCT_TYPE" VARCHAR,
  "CHANNEL_TYPE" VARCHAR,
  "SELLERPLACE_AREA" DOUBLE,
  "NAME_SELLER_INDUSTRY" VARCHAR,
  "CNT_PAYMENT" INTEGER,
  "NAME_YIELD_GROUP" VARCHAR,
  "PRODUCT_COMBINATION" VARCHAR,
  "DAYS_FIRST_DRAWING" INTEGER,
  "DAYS_FIRST_DUE" INTEGER,
  "DAYS_LAST_DUE_1ST_VERSION" INTEGER,
  "DAYS_LAST_DUE" INTEGER,
  "DAYS_TERMINATION" INTEGER,
  "NFLAG_INSURED_ON_APPROVAL" TINYINT
);
COMMENT ON TABLE raw.previous_application_v1 IS 'One row per previous application, as received.';
COMMENT ON COLUMN raw.previous_application_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.previous_application_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.previous_application_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.previous_application_v1."SK_ID_PREV" IS 'Key of a previous application; one row each.';
COMMENT ON COLUMN raw.previous_application_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_CONTRACT_TYPE" IS 'Product of the previous application.';
COMMENT ON COLUMN raw.previous_application_v1."AMT_ANNUITY" IS 'Annuity, in currency units.';
COMMENT ON COLUMN raw.previous_application_v1."AMT_APPLICATION" IS 'Amount asked for, in currency units.';
COMMENT ON COLUMN raw.previous_application_v1."AMT_CREDIT" IS 'Amount granted, in currency units.';
COMMENT ON COLUMN raw.previous_application_v1."AMT_DOWN_PAYMENT" IS 'Down payment, in currency units; a few are slightly negative.';
COMMENT ON COLUMN raw.previous_application_v1."AMT_GOODS_PRICE" IS 'Price of the goods, in currency units.';
COMMENT ON COLUMN raw.previous_application_v1."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the previous application.';
COMMENT ON COLUMN raw.previous_application_v1."HOUR_APPR_PROCESS_START" IS 'Hour of the previous application, 0 to 23.';
COMMENT ON COLUMN raw.previous_application_v1."FLAG_LAST_APPL_PER_CONTRACT" IS 'Y if it was the last application of its contract, else N.';
COMMENT ON COLUMN raw.previous_application_v1."NFLAG_LAST_APPL_IN_DAY" IS '1 if it was the last application of that day, else 0.';
COMMENT ON COLUMN raw.previous_application_v1."RATE_DOWN_PAYMENT" IS 'Down payment rate, normalised.';
COMMENT ON COLUMN raw.previous_application_v1."RATE_INTEREST_PRIMARY" IS 'Interest rate, normalised.';
COMMENT ON COLUMN raw.previous_application_v1."RATE_INTEREST_PRIVILEGED" IS 'Privileged interest rate, normalised.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_CASH_LOAN_PURPOSE" IS 'Purpose of the cash loan.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_CONTRACT_STATUS" IS 'Outcome of the previous application.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_DECISION" IS 'Days since the decision, negative.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_PAYMENT_TYPE" IS 'Payment method.';
COMMENT ON COLUMN raw.previous_application_v1."CODE_REJECT_REASON" IS 'Reason of rejection.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_CLIENT_TYPE" IS 'New or returning client.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_GOODS_CATEGORY" IS 'Goods category.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_PORTFOLIO" IS 'Portfolio.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_PRODUCT_TYPE" IS 'Cross-sell or walk-in.';
COMMENT ON COLUMN raw.previous_application_v1."CHANNEL_TYPE" IS 'Sales channel.';
COMMENT ON COLUMN raw.previous_application_v1."SELLERPLACE_AREA" IS 'Selling area of the shop; -1 is unknown.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_SELLER_INDUSTRY" IS 'Industry of the seller.';
COMMENT ON COLUMN raw.previous_application_v1."CNT_PAYMENT" IS 'Term, in payments.';
COMMENT ON COLUMN raw.previous_application_v1."NAME_YIELD_GROUP" IS 'Interest rate group.';
COMMENT ON COLUMN raw.previous_application_v1."PRODUCT_COMBINATION" IS 'Detailed product.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_FIRST_DRAWING" IS 'Days from this application to the first drawing; 365243 means none.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_FIRST_DUE" IS 'Days from this application to the first due date; 365243 means none.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_LAST_DUE_1ST_VERSION" IS 'Days from this application to the last due date as first agreed; 365243 means none.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_LAST_DUE" IS 'Days from this application to the last due date; 365243 means none.';
COMMENT ON COLUMN raw.previous_application_v1."DAYS_TERMINATION" IS 'Days from this application to the expected termination; 365243 means none.';
COMMENT ON COLUMN raw.previous_application_v1."NFLAG_INSURED_ON_APPROVAL" IS '1 if insurance was asked for, else 0.';
CREATE TABLE raw.POS_CASH_balance_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_PREV" BIGINT NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "MONTHS_BALANCE" INTEGER NOT NULL,
  "CNT_INSTALMENT" INTEGER,
  "CNT_INSTALMENT_FUTURE" INTEGER,
  "NAME_CONTRACT_STATUS" VARCHAR,
  "SK_DPD" INTEGER,
  "SK_DPD_DEF" INTEGER
);
COMMENT ON TABLE raw.POS_CASH_balance_v1 IS 'One row per month of a previous point-of-sale or cash loan, as received.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."SK_ID_PREV" IS 'Key of a previous credit; one row per month.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."CNT_INSTALMENT" IS 'Term, in instalments.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."CNT_INSTALMENT_FUTURE" IS 'Instalments left.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN raw.POS_CASH_balance_v1."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
CREATE TABLE raw.installments_payments_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_PREV" BIGINT NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "NUM_INSTALMENT_VERSION" INTEGER,
  "NUM_INSTALMENT_NUMBER" INTEGER,
  "DAYS_INSTALMENT" INTEGER NOT NULL,
  "DAYS_ENTRY_PAYMENT" INTEGER,
  "AMT_INSTALMENT" DOUBLE,
  "AMT_PAYMENT" DOUBLE
);
COMMENT ON TABLE raw.installments_payments_v1 IS 'One row per instalment payment of a previous credit, as received.';
COMMENT ON COLUMN raw.installments_payments_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.installments_payments_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.installments_payments_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.installments_payments_v1."SK_ID_PREV" IS 'Key of a previous credit; one row per instalment payment.';
COMMENT ON COLUMN raw.installments_payments_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.installments_payments_v1."NUM_INSTALMENT_VERSION" IS 'Version of the instalment calendar; 0 is a credit card.';
COMMENT ON COLUMN raw.installments_payments_v1."NUM_INSTALMENT_NUMBER" IS 'Number of the instalment.';
COMMENT ON COLUMN raw.installments_payments_v1."DAYS_INSTALMENT" IS 'Days from the due date to this application, negative.';
COMMENT ON COLUMN raw.installments_payments_v1."DAYS_ENTRY_PAYMENT" IS 'Days from the payment to this application, negative; missing if never paid.';
COMMENT ON COLUMN raw.installments_payments_v1."AMT_INSTALMENT" IS 'Amount due, in currency units.';
COMMENT ON COLUMN raw.installments_payments_v1."AMT_PAYMENT" IS 'Amount paid, in currency units; missing if never paid.';
CREATE TABLE raw.credit_card_balance_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_PREV" BIGINT NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "MONTHS_BALANCE" INTEGER NOT NULL,
  "AMT_BALANCE" DOUBLE,
  "AMT_CREDIT_LIMIT_ACTUAL" DOUBLE,
  "AMT_DRAWINGS_ATM_CURRENT" DOUBLE,
  "AMT_DRAWINGS_CURRENT" DOUBLE,
  "AMT_DRAWINGS_OTHER_CURRENT" DOUBLE,
  "AMT_DRAWINGS_POS_CURRENT" DOUBLE,
  "AMT_INST_MIN_REGULARITY" DOUBLE,
  "AMT_PAYMENT_CURRENT" DOUBLE,
  "AMT_PAYMENT_TOTAL_CURRENT" DOUBLE,
  "AMT_RECEIVABLE_PRINCIPAL" DOUBLE,
  "AMT_RECIVABLE" DOUBLE,
  "AMT_TOTAL_RECEIVABLE" DOUBLE,
  "CNT_DRAWINGS_ATM_CURRENT" INTEGER,
  "CNT_DRAWINGS_CURRENT" INTEGER,
  "CNT_DRAWINGS_OTHER_CURRENT" INTEGER,
  "CNT_DRAWINGS_POS_CURRENT" INTEGER,
  "CNT_INSTALMENT_MATURE_CUM" INTEGER,
  "NAME_CONTRACT_STATUS" VARCHAR,
  "SK_DPD" INTEGER,
  "SK_DPD_DEF" INTEGER
);
COMMENT ON TABLE raw.credit_card_balance_v1 IS 'One row per month of a previous credit card, as received.';
COMMENT ON COLUMN raw.credit_card_balance_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.credit_card_balance_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.credit_card_balance_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.credit_card_balance_v1."SK_ID_PREV" IS 'Key of a previous credit card; one row per month.';
COMMENT ON COLUMN raw.credit_card_balance_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.credit_card_balance_v1."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_BALANCE" IS 'Balance in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_CREDIT_LIMIT_ACTUAL" IS 'Limit in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_DRAWINGS_ATM_CURRENT" IS 'Drawn at machines in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_DRAWINGS_CURRENT" IS 'Drawn in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_DRAWINGS_POS_CURRENT" IS 'Drawn for goods in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_INST_MIN_REGULARITY" IS 'Minimal instalment in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_PAYMENT_CURRENT" IS 'Paid in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_PAYMENT_TOTAL_CURRENT" IS 'Paid in total in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_RECEIVABLE_PRINCIPAL" IS 'Receivable principal in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_RECIVABLE" IS 'Receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."AMT_TOTAL_RECEIVABLE" IS 'Total receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance_v1."CNT_DRAWINGS_ATM_CURRENT" IS 'Drawings at machines, a count.';
COMMENT ON COLUMN raw.credit_card_balance_v1."CNT_DRAWINGS_CURRENT" IS 'Drawings, a count.';
COMMENT ON COLUMN raw.credit_card_balance_v1."CNT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings, a count.';
COMMENT ON COLUMN raw.credit_card_balance_v1."CNT_DRAWINGS_POS_CURRENT" IS 'Drawings for goods, a count.';
COMMENT ON COLUMN raw.credit_card_balance_v1."CNT_INSTALMENT_MATURE_CUM" IS 'Instalments paid so far, a count.';
COMMENT ON COLUMN raw.credit_card_balance_v1."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN raw.credit_card_balance_v1."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN raw.credit_card_balance_v1."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
CREATE TABLE raw.outcomes_v1 (
  "batch_id" INTEGER NOT NULL,
  "row_number" BIGINT NOT NULL,
  "origin" VARCHAR NOT NULL,
  "SK_ID_CURR" BIGINT NOT NULL,
  "TARGET" TINYINT NOT NULL,
  "observed_on" DATE NOT NULL
);
COMMENT ON TABLE raw.outcomes_v1 IS 'One row per outcome of an application, as received.';
COMMENT ON COLUMN raw.outcomes_v1."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.outcomes_v1."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.outcomes_v1."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.outcomes_v1."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.outcomes_v1."TARGET" IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN raw.outcomes_v1."observed_on" IS 'Day on which the outcome was known.';
CREATE VIEW raw.application AS SELECT batch_id, row_number, origin, SK_ID_CURR, TARGET, NAME_CONTRACT_TYPE, CODE_GENDER, FLAG_OWN_CAR, FLAG_OWN_REALTY, CNT_CHILDREN, AMT_INCOME_TOTAL, AMT_CREDIT, AMT_ANNUITY, AMT_GOODS_PRICE, NAME_TYPE_SUITE, NAME_INCOME_TYPE, NAME_EDUCATION_TYPE, NAME_FAMILY_STATUS, NAME_HOUSING_TYPE, REGION_POPULATION_RELATIVE, DAYS_BIRTH, DAYS_EMPLOYED, DAYS_REGISTRATION, DAYS_ID_PUBLISH, OWN_CAR_AGE, FLAG_MOBIL, FLAG_EMP_PHONE, FLAG_WORK_PHONE, FLAG_CONT_MOBILE, FLAG_PHONE, FLAG_EMAIL, OCCUPATION_TYPE, CNT_FAM_MEMBERS, REGION_RATING_CLIENT, REGION_RATING_CLIENT_W_CITY, WEEKDAY_APPR_PROCESS_START, HOUR_APPR_PROCESS_START, REG_REGION_NOT_LIVE_REGION, REG_REGION_NOT_WORK_REGION, LIVE_REGION_NOT_WORK_REGION, REG_CITY_NOT_LIVE_CITY, REG_CITY_NOT_WORK_CITY, LIVE_CITY_NOT_WORK_CITY, ORGANIZATION_TYPE, EXT_SOURCE_1, EXT_SOURCE_2, EXT_SOURCE_3, APARTMENTS_AVG, BASEMENTAREA_AVG, YEARS_BEGINEXPLUATATION_AVG, YEARS_BUILD_AVG, COMMONAREA_AVG, ELEVATORS_AVG, ENTRANCES_AVG, FLOORSMAX_AVG, FLOORSMIN_AVG, LANDAREA_AVG, LIVINGAPARTMENTS_AVG, LIVINGAREA_AVG, NONLIVINGAPARTMENTS_AVG, NONLIVINGAREA_AVG, APARTMENTS_MODE, BASEMENTAREA_MODE, YEARS_BEGINEXPLUATATION_MODE, YEARS_BUILD_MODE, COMMONAREA_MODE, ELEVATORS_MODE, ENTRANCES_MODE, FLOORSMAX_MODE, FLOORSMIN_MODE, LANDAREA_MODE, LIVINGAPARTMENTS_MODE, LIVINGAREA_MODE, NONLIVINGAPARTMENTS_MODE, NONLIVINGAREA_MODE, APARTMENTS_MEDI, BASEMENTAREA_MEDI, YEARS_BEGINEXPLUATATION_MEDI, YEARS_BUILD_MEDI, COMMONAREA_MEDI, ELEVATORS_MEDI, ENTRANCES_MEDI, FLOORSMAX_MEDI, FLOORSMIN_MEDI, LANDAREA_MEDI, LIVINGAPARTMENTS_MEDI, LIVINGAREA_MEDI, NONLIVINGAPARTMENTS_MEDI, NONLIVINGAREA_MEDI, FONDKAPREMONT_MODE, HOUSETYPE_MODE, TOTALAREA_MODE, WALLSMATERIAL_MODE, EMERGENCYSTATE_MODE, OBS_30_CNT_SOCIAL_CIRCLE, DEF_30_CNT_SOCIAL_CIRCLE, OBS_60_CNT_SOCIAL_CIRCLE, DEF_60_CNT_SOCIAL_CIRCLE, DAYS_LAST_PHONE_CHANGE, FLAG_DOCUMENT_2, FLAG_DOCUMENT_3, FLAG_DOCUMENT_4, FLAG_DOCUMENT_5, FLAG_DOCUMENT_6, FLAG_DOCUMENT_7, FLAG_DOCUMENT_8, FLAG_DOCUMENT_9, FLAG_DOCUMENT_10, FLAG_DOCUMENT_11, FLAG_DOCUMENT_12, FLAG_DOCUMENT_13, FLAG_DOCUMENT_14, FLAG_DOCUMENT_15, FLAG_DOCUMENT_16, FLAG_DOCUMENT_17, FLAG_DOCUMENT_18, FLAG_DOCUMENT_19, FLAG_DOCUMENT_20, FLAG_DOCUMENT_21, AMT_REQ_CREDIT_BUREAU_HOUR, AMT_REQ_CREDIT_BUREAU_DAY, AMT_REQ_CREDIT_BUREAU_WEEK, AMT_REQ_CREDIT_BUREAU_MON, AMT_REQ_CREDIT_BUREAU_QRT, AMT_REQ_CREDIT_BUREAU_YEAR FROM raw.application_v1;
CREATE VIEW raw.bureau AS SELECT batch_id, row_number, origin, SK_ID_CURR, SK_ID_BUREAU, CREDIT_ACTIVE, CREDIT_CURRENCY, DAYS_CREDIT, CREDIT_DAY_OVERDUE, DAYS_CREDIT_ENDDATE, DAYS_ENDDATE_FACT, AMT_CREDIT_MAX_OVERDUE, CNT_CREDIT_PROLONG, AMT_CREDIT_SUM, AMT_CREDIT_SUM_DEBT, AMT_CREDIT_SUM_LIMIT, AMT_CREDIT_SUM_OVERDUE, CREDIT_TYPE, DAYS_CREDIT_UPDATE, AMT_ANNUITY FROM raw.bureau_v1;
CREATE VIEW raw.bureau_balance AS SELECT batch_id, row_number, origin, SK_ID_CURR, SK_ID_BUREAU, MONTHS_BALANCE, STATUS FROM raw.bureau_balance_v1;
CREATE VIEW raw.previous_application AS SELECT batch_id, row_number, origin, SK_ID_PREV, SK_ID_CURR, NAME_CONTRACT_TYPE, AMT_ANNUITY, AMT_APPLICATION, AMT_CREDIT, AMT_DOWN_PAYMENT, AMT_GOODS_PRICE, WEEKDAY_APPR_PROCESS_START, HOUR_APPR_PROCESS_START, FLAG_LAST_APPL_PER_CONTRACT, NFLAG_LAST_APPL_IN_DAY, RATE_DOWN_PAYMENT, RATE_INTEREST_PRIMARY, RATE_INTEREST_PRIVILEGED, NAME_CASH_LOAN_PURPOSE, NAME_CONTRACT_STATUS, DAYS_DECISION, NAME_PAYMENT_TYPE, CODE_REJECT_REASON, NAME_TYPE_SUITE, NAME_CLIENT_TYPE, NAME_GOODS_CATEGORY, NAME_PORTFOLIO, NAME_PRODUCT_TYPE, CHANNEL_TYPE, SELLERPLACE_AREA, NAME_SELLER_INDUSTRY, CNT_PAYMENT, NAME_YIELD_GROUP, PRODUCT_COMBINATION, DAYS_FIRST_DRAWING, DAYS_FIRST_DUE, DAYS_LAST_DUE_1ST_VERSION, DAYS_LAST_DUE, DAYS_TERMINATION, NFLAG_INSURED_ON_APPROVAL FROM raw.previous_application_v1;
CREATE VIEW raw.POS_CASH_balance AS SELECT batch_id, row_number, origin, SK_ID_PREV, SK_ID_CURR, MONTHS_BALANCE, CNT_INSTALMENT, CNT_INSTALMENT_FUTURE, NAME_CONTRACT_STATUS, SK_DPD, SK_DPD_DEF FROM raw.POS_CASH_balance_v1;
CREATE VIEW raw.installments_payments AS SELECT batch_id, row_number, origin, SK_ID_PREV, SK_ID_CURR, NUM_INSTALMENT_VERSION, NUM_INSTALMENT_NUMBER, DAYS_INSTALMENT, DAYS_ENTRY_PAYMENT, AMT_INSTALMENT, AMT_PAYMENT FROM raw.installments_payments_v1;
CREATE VIEW raw.credit_card_balance AS SELECT batch_id, row_number, origin, SK_ID_PREV, SK_ID_CURR, MONTHS_BALANCE, AMT_BALANCE, AMT_CREDIT_LIMIT_ACTUAL, AMT_DRAWINGS_ATM_CURRENT, AMT_DRAWINGS_CURRENT, AMT_DRAWINGS_OTHER_CURRENT, AMT_DRAWINGS_POS_CURRENT, AMT_INST_MIN_REGULARITY, AMT_PAYMENT_CURRENT, AMT_PAYMENT_TOTAL_CURRENT, AMT_RECEIVABLE_PRINCIPAL, AMT_RECIVABLE, AMT_TOTAL_RECEIVABLE, CNT_DRAWINGS_ATM_CURRENT, CNT_DRAWINGS_CURRENT, CNT_DRAWINGS_OTHER_CURRENT, CNT_DRAWINGS_POS_CURRENT, CNT_INSTALMENT_MATURE_CUM, NAME_CONTRACT_STATUS, SK_DPD, SK_DPD_DEF FROM raw.credit_card_balance_v1;
CREATE VIEW raw.outcomes AS SELECT batch_id, row_number, origin, SK_ID_CURR, TARGET, observed_on FROM raw.outcomes_v1;
COMMENT ON VIEW raw.POS_CASH_balance IS 'One row per month of a previous point-of-sale or cash loan, as received.';
COMMENT ON COLUMN raw.POS_CASH_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.POS_CASH_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.POS_CASH_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.POS_CASH_balance."SK_ID_PREV" IS 'Key of a previous credit; one row per month.';
COMMENT ON COLUMN raw.POS_CASH_balance."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.POS_CASH_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.POS_CASH_balance."CNT_INSTALMENT" IS 'Term, in instalments.';
COMMENT ON COLUMN raw.POS_CASH_balance."CNT_INSTALMENT_FUTURE" IS 'Instalments left.';
COMMENT ON COLUMN raw.POS_CASH_balance."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN raw.POS_CASH_balance."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN raw.POS_CASH_balance."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
COMMENT ON VIEW raw.application IS 'One row per accepted application version, as received: applicant and batch.';
COMMENT ON COLUMN raw.application."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.application."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.application."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.application."SK_ID_CURR" IS 'Applicant key; one row per application in a delivery.';
COMMENT ON COLUMN raw.application."TARGET" IS '1 if the loan defaulted, else 0; only in labelled tables, never a feature.';
COMMENT ON COLUMN raw.application."NAME_CONTRACT_TYPE" IS 'Product: cash loan or revolving loan.';
COMMENT ON COLUMN raw.application."CODE_GENDER" IS 'Gender of the applicant; protected attribute.';
COMMENT ON COLUMN raw.application."FLAG_OWN_CAR" IS 'Y if the applicant owns a car, else N.';
COMMENT ON COLUMN raw.application."FLAG_OWN_REALTY" IS 'Y if the applicant owns a house or flat, else N.';
COMMENT ON COLUMN raw.application."CNT_CHILDREN" IS 'Number of children.';
COMMENT ON COLUMN raw.application."AMT_INCOME_TOTAL" IS 'Yearly income, in currency units.';
COMMENT ON COLUMN raw.application."AMT_CREDIT" IS 'Credit amount of the loan, in currency units.';
COMMENT ON COLUMN raw.application."AMT_ANNUITY" IS 'Loan annuity, in currency units.';
COMMENT ON COLUMN raw.application."AMT_GOODS_PRICE" IS 'Price of the goods the loan is for, in currency units.';
COMMENT ON COLUMN raw.application."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN raw.application."NAME_INCOME_TYPE" IS 'Income type.';
COMMENT ON COLUMN raw.application."NAME_EDUCATION_TYPE" IS 'Highest education.';
COMMENT ON COLUMN raw.application."NAME_FAMILY_STATUS" IS 'Family status; protected attribute.';
COMMENT ON COLUMN raw.application."NAME_HOUSING_TYPE" IS 'Housing situation.';
COMMENT ON COLUMN raw.application."REGION_POPULATION_RELATIVE" IS 'Normalised population of the region, dimensionless.';
COMMENT ON COLUMN raw.application."DAYS_BIRTH" IS 'Age: days from birth to the application, negative.';
COMMENT ON COLUMN raw.application."DAYS_EMPLOYED" IS 'Days from the start of the current job to the application, negative; 365243 means not employed.';
COMMENT ON COLUMN raw.application."DAYS_REGISTRATION" IS 'Days since the registration was changed, negative.';
COMMENT ON COLUMN raw.application."DAYS_ID_PUBLISH" IS 'Days since the identity document was changed, negative.';
COMMENT ON COLUMN raw.application."OWN_CAR_AGE" IS 'Age of the car, in years.';
COMMENT ON COLUMN raw.application."FLAG_MOBIL" IS '1 if mobile phone given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_EMP_PHONE" IS '1 if work phone given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_WORK_PHONE" IS '1 if home phone given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_CONT_MOBILE" IS '1 if mobile phone reachable, else 0.';
COMMENT ON COLUMN raw.application."FLAG_PHONE" IS '1 if landline given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_EMAIL" IS '1 if e-mail given, else 0.';
COMMENT ON COLUMN raw.application."OCCUPATION_TYPE" IS 'Occupation.';
COMMENT ON COLUMN raw.application."CNT_FAM_MEMBERS" IS 'Number of family members.';
COMMENT ON COLUMN raw.application."REGION_RATING_CLIENT" IS 'Rating of the region, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN raw.application."REGION_RATING_CLIENT_W_CITY" IS 'Rating of the region and city, 1 to 3; -1 is an unknown region.';
COMMENT ON COLUMN raw.application."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the application.';
COMMENT ON COLUMN raw.application."HOUR_APPR_PROCESS_START" IS 'Hour of the application, 0 to 23.';
COMMENT ON COLUMN raw.application."REG_REGION_NOT_LIVE_REGION" IS '1 if registered and living region differ, else 0.';
COMMENT ON COLUMN raw.application."REG_REGION_NOT_WORK_REGION" IS '1 if registered and working region differ, else 0.';
COMMENT ON COLUMN raw.application."LIVE_REGION_NOT_WORK_REGION" IS '1 if living and working region differ, else 0.';
COMMENT ON COLUMN raw.application."REG_CITY_NOT_LIVE_CITY" IS '1 if registered and living city differ, else 0.';
COMMENT ON COLUMN raw.application."REG_CITY_NOT_WORK_CITY" IS '1 if registered and working city differ, else 0.';
COMMENT ON COLUMN raw.application."LIVE_CITY_NOT_WORK_CITY" IS '1 if living and working city differ, else 0.';
COMMENT ON COLUMN raw.application."ORGANIZATION_TYPE" IS 'Type of the employer.';
COMMENT ON COLUMN raw.application."EXT_SOURCE_1" IS 'Score 1 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application."EXT_SOURCE_2" IS 'Score 2 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application."EXT_SOURCE_3" IS 'Score 3 of an external source, 0 to 1, higher is safer.';
COMMENT ON COLUMN raw.application."APARTMENTS_AVG" IS 'Applicant''s building: number of flats, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."BASEMENTAREA_AVG" IS 'Applicant''s building: basement area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BEGINEXPLUATATION_AVG" IS 'Applicant''s building: years in use, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BUILD_AVG" IS 'Applicant''s building: year of construction, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."COMMONAREA_AVG" IS 'Applicant''s building: common area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ELEVATORS_AVG" IS 'Applicant''s building: lifts, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ENTRANCES_AVG" IS 'Applicant''s building: entrances, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMAX_AVG" IS 'Applicant''s building: highest floor, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMIN_AVG" IS 'Applicant''s building: lowest floor, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LANDAREA_AVG" IS 'Applicant''s building: land area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAPARTMENTS_AVG" IS 'Applicant''s building: inhabited flats, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAREA_AVG" IS 'Applicant''s building: living area, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAPARTMENTS_AVG" IS 'Applicant''s building: flats not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAREA_AVG" IS 'Applicant''s building: area not lived in, average, normalised to 0..1.';
COMMENT ON COLUMN raw.application."APARTMENTS_MODE" IS 'Applicant''s building: number of flats, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."BASEMENTAREA_MODE" IS 'Applicant''s building: basement area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BEGINEXPLUATATION_MODE" IS 'Applicant''s building: years in use, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BUILD_MODE" IS 'Applicant''s building: year of construction, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."COMMONAREA_MODE" IS 'Applicant''s building: common area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ELEVATORS_MODE" IS 'Applicant''s building: lifts, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ENTRANCES_MODE" IS 'Applicant''s building: entrances, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMAX_MODE" IS 'Applicant''s building: highest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMIN_MODE" IS 'Applicant''s building: lowest floor, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LANDAREA_MODE" IS 'Applicant''s building: land area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAPARTMENTS_MODE" IS 'Applicant''s building: inhabited flats, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAREA_MODE" IS 'Applicant''s building: living area, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAPARTMENTS_MODE" IS 'Applicant''s building: flats not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAREA_MODE" IS 'Applicant''s building: area not lived in, mode, normalised to 0..1.';
COMMENT ON COLUMN raw.application."APARTMENTS_MEDI" IS 'Applicant''s building: number of flats, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."BASEMENTAREA_MEDI" IS 'Applicant''s building: basement area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BEGINEXPLUATATION_MEDI" IS 'Applicant''s building: years in use, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."YEARS_BUILD_MEDI" IS 'Applicant''s building: year of construction, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."COMMONAREA_MEDI" IS 'Applicant''s building: common area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ELEVATORS_MEDI" IS 'Applicant''s building: lifts, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."ENTRANCES_MEDI" IS 'Applicant''s building: entrances, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMAX_MEDI" IS 'Applicant''s building: highest floor, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FLOORSMIN_MEDI" IS 'Applicant''s building: lowest floor, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LANDAREA_MEDI" IS 'Applicant''s building: land area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: inhabited flats, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."LIVINGAREA_MEDI" IS 'Applicant''s building: living area, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAPARTMENTS_MEDI" IS 'Applicant''s building: flats not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."NONLIVINGAREA_MEDI" IS 'Applicant''s building: area not lived in, median, normalised to 0..1.';
COMMENT ON COLUMN raw.application."FONDKAPREMONT_MODE" IS 'Building: repair fund.';
COMMENT ON COLUMN raw.application."HOUSETYPE_MODE" IS 'Building: type of house.';
COMMENT ON COLUMN raw.application."TOTALAREA_MODE" IS 'Building: total area, normalised to 0..1.';
COMMENT ON COLUMN raw.application."WALLSMATERIAL_MODE" IS 'Building: wall material.';
COMMENT ON COLUMN raw.application."EMERGENCYSTATE_MODE" IS 'Building: declared an emergency, Yes or No.';
COMMENT ON COLUMN raw.application."OBS_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 30 days past due.';
COMMENT ON COLUMN raw.application."DEF_30_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 30 days past due.';
COMMENT ON COLUMN raw.application."OBS_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle observed with 60 days past due.';
COMMENT ON COLUMN raw.application."DEF_60_CNT_SOCIAL_CIRCLE" IS 'People in the social circle who defaulted, 60 days past due.';
COMMENT ON COLUMN raw.application."DAYS_LAST_PHONE_CHANGE" IS 'Days since the phone was changed, negative.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_2" IS '1 if document 2 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_3" IS '1 if document 3 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_4" IS '1 if document 4 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_5" IS '1 if document 5 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_6" IS '1 if document 6 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_7" IS '1 if document 7 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_8" IS '1 if document 8 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_9" IS '1 if document 9 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_10" IS '1 if document 10 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_11" IS '1 if document 11 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_12" IS '1 if document 12 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_13" IS '1 if document 13 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_14" IS '1 if document 14 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_15" IS '1 if document 15 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_16" IS '1 if document 16 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_17" IS '1 if document 17 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_18" IS '1 if document 18 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_19" IS '1 if document 19 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_20" IS '1 if document 20 was given, else 0.';
COMMENT ON COLUMN raw.application."FLAG_DOCUMENT_21" IS '1 if document 21 was given, else 0.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_HOUR" IS 'Enquiries to the credit bureau in the hour before the application.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_DAY" IS 'Enquiries to the credit bureau in the day before the application.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_WEEK" IS 'Enquiries to the credit bureau in the week before the application.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_MON" IS 'Enquiries to the credit bureau in the month before the application.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_QRT" IS 'Enquiries to the credit bureau in the quarter before the application.';
COMMENT ON COLUMN raw.application."AMT_REQ_CREDIT_BUREAU_YEAR" IS 'Enquiries to the credit bureau in the year before the application.';
COMMENT ON VIEW raw.bureau IS 'One row per credit that the bureau reported, as received.';
COMMENT ON COLUMN raw.bureau."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.bureau."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.bureau."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.bureau."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.bureau."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row each.';
COMMENT ON COLUMN raw.bureau."CREDIT_ACTIVE" IS 'Status of the reported credit.';
COMMENT ON COLUMN raw.bureau."CREDIT_CURRENCY" IS 'Recoded currency.';
COMMENT ON COLUMN raw.bureau."DAYS_CREDIT" IS 'Days from the credit application to this one, negative.';
COMMENT ON COLUMN raw.bureau."CREDIT_DAY_OVERDUE" IS 'Days past due at the time of this application.';
COMMENT ON COLUMN raw.bureau."DAYS_CREDIT_ENDDATE" IS 'Days until the credit ends; negative when it has ended.';
COMMENT ON COLUMN raw.bureau."DAYS_ENDDATE_FACT" IS 'Days since the credit ended, negative.';
COMMENT ON COLUMN raw.bureau."AMT_CREDIT_MAX_OVERDUE" IS 'Highest amount overdue so far, in currency units.';
COMMENT ON COLUMN raw.bureau."CNT_CREDIT_PROLONG" IS 'Times the credit was prolonged.';
COMMENT ON COLUMN raw.bureau."AMT_CREDIT_SUM" IS 'Credit amount, in currency units.';
COMMENT ON COLUMN raw.bureau."AMT_CREDIT_SUM_DEBT" IS 'Current debt, in currency units; may be negative.';
COMMENT ON COLUMN raw.bureau."AMT_CREDIT_SUM_LIMIT" IS 'Current limit of a credit card, in currency units; may be negative.';
COMMENT ON COLUMN raw.bureau."AMT_CREDIT_SUM_OVERDUE" IS 'Amount overdue now, in currency units.';
COMMENT ON COLUMN raw.bureau."CREDIT_TYPE" IS 'Type of the credit.';
COMMENT ON COLUMN raw.bureau."DAYS_CREDIT_UPDATE" IS 'Days since the last report; a few bureau rows lie up to a year and a month ahead.';
COMMENT ON COLUMN raw.bureau."AMT_ANNUITY" IS 'Annuity of the credit, in currency units.';
COMMENT ON VIEW raw.bureau_balance IS 'One row per month of a credit that the bureau reported, as received.';
COMMENT ON COLUMN raw.bureau_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.bureau_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.bureau_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.bureau_balance."SK_ID_CURR" IS 'Applicant key, resolved at ingest through bureau; null when no bureau row holds the credit.';
COMMENT ON COLUMN raw.bureau_balance."SK_ID_BUREAU" IS 'Key of a credit reported by the bureau; one row per month.';
COMMENT ON COLUMN raw.bureau_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.bureau_balance."STATUS" IS 'Status in the month: C closed, X unknown, 0 none past due, 1 to 5 the days-past-due class.';
COMMENT ON VIEW raw.credit_card_balance IS 'One row per month of a previous credit card, as received.';
COMMENT ON COLUMN raw.credit_card_balance."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.credit_card_balance."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.credit_card_balance."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.credit_card_balance."SK_ID_PREV" IS 'Key of a previous credit card; one row per month.';
COMMENT ON COLUMN raw.credit_card_balance."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.credit_card_balance."MONTHS_BALANCE" IS 'Month relative to the application, in months, 0 or negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_BALANCE" IS 'Balance in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_CREDIT_LIMIT_ACTUAL" IS 'Limit in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_DRAWINGS_ATM_CURRENT" IS 'Drawn at machines in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_DRAWINGS_CURRENT" IS 'Drawn in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_DRAWINGS_POS_CURRENT" IS 'Drawn for goods in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_INST_MIN_REGULARITY" IS 'Minimal instalment in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_PAYMENT_CURRENT" IS 'Paid in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_PAYMENT_TOTAL_CURRENT" IS 'Paid in total in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_RECEIVABLE_PRINCIPAL" IS 'Receivable principal in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_RECIVABLE" IS 'Receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."AMT_TOTAL_RECEIVABLE" IS 'Total receivable in the month, in currency units; may be negative.';
COMMENT ON COLUMN raw.credit_card_balance."CNT_DRAWINGS_ATM_CURRENT" IS 'Drawings at machines, a count.';
COMMENT ON COLUMN raw.credit_card_balance."CNT_DRAWINGS_CURRENT" IS 'Drawings, a count.';
COMMENT ON COLUMN raw.credit_card_balance."CNT_DRAWINGS_OTHER_CURRENT" IS 'Other drawings, a count.';
COMMENT ON COLUMN raw.credit_card_balance."CNT_DRAWINGS_POS_CURRENT" IS 'Drawings for goods, a count.';
COMMENT ON COLUMN raw.credit_card_balance."CNT_INSTALMENT_MATURE_CUM" IS 'Instalments paid so far, a count.';
COMMENT ON COLUMN raw.credit_card_balance."NAME_CONTRACT_STATUS" IS 'Contract status in the month.';
COMMENT ON COLUMN raw.credit_card_balance."SK_DPD" IS 'Days past due in the month.';
COMMENT ON COLUMN raw.credit_card_balance."SK_DPD_DEF" IS 'Days past due with tolerance for small amounts.';
COMMENT ON VIEW raw.installments_payments IS 'One row per instalment payment of a previous credit, as received.';
COMMENT ON COLUMN raw.installments_payments."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.installments_payments."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.installments_payments."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.installments_payments."SK_ID_PREV" IS 'Key of a previous credit; one row per instalment payment.';
COMMENT ON COLUMN raw.installments_payments."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.installments_payments."NUM_INSTALMENT_VERSION" IS 'Version of the instalment calendar; 0 is a credit card.';
COMMENT ON COLUMN raw.installments_payments."NUM_INSTALMENT_NUMBER" IS 'Number of the instalment.';
COMMENT ON COLUMN raw.installments_payments."DAYS_INSTALMENT" IS 'Days from the due date to this application, negative.';
COMMENT ON COLUMN raw.installments_payments."DAYS_ENTRY_PAYMENT" IS 'Days from the payment to this application, negative; missing if never paid.';
COMMENT ON COLUMN raw.installments_payments."AMT_INSTALMENT" IS 'Amount due, in currency units.';
COMMENT ON COLUMN raw.installments_payments."AMT_PAYMENT" IS 'Amount paid, in currency units; missing if never paid.';
COMMENT ON VIEW raw.outcomes IS 'One row per outcome of an application, as received.';
COMMENT ON COLUMN raw.outcomes."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.outcomes."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.outcomes."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.outcomes."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.outcomes."TARGET" IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN raw.outcomes."observed_on" IS 'Day on which the outcome was known.';
COMMENT ON VIEW raw.previous_application IS 'One row per previous application, as received.';
COMMENT ON COLUMN raw.previous_application."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN raw.previous_application."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN raw.previous_application."origin" IS 'Where the row came from: nightly or history.';
COMMENT ON COLUMN raw.previous_application."SK_ID_PREV" IS 'Key of a previous application; one row each.';
COMMENT ON COLUMN raw.previous_application."SK_ID_CURR" IS 'Applicant key.';
COMMENT ON COLUMN raw.previous_application."NAME_CONTRACT_TYPE" IS 'Product of the previous application.';
COMMENT ON COLUMN raw.previous_application."AMT_ANNUITY" IS 'Annuity, in currency units.';
COMMENT ON COLUMN raw.previous_application."AMT_APPLICATION" IS 'Amount asked for, in currency units.';
COMMENT ON COLUMN raw.previous_application."AMT_CREDIT" IS 'Amount granted, in currency units.';
COMMENT ON COLUMN raw.previous_application."AMT_DOWN_PAYMENT" IS 'Down payment, in currency units; a few are slightly negative.';
COMMENT ON COLUMN raw.previous_application."AMT_GOODS_PRICE" IS 'Price of the goods, in currency units.';
COMMENT ON COLUMN raw.previous_application."WEEKDAY_APPR_PROCESS_START" IS 'Weekday of the previous application.';
COMMENT ON COLUMN raw.previous_application."HOUR_APPR_PROCESS_START" IS 'Hour of the previous application, 0 to 23.';
COMMENT ON COLUMN raw.previous_application."FLAG_LAST_APPL_PER_CONTRACT" IS 'Y if it was the last application of its contract, else N.';
COMMENT ON COLUMN raw.previous_application."NFLAG_LAST_APPL_IN_DAY" IS '1 if it was the last application of that day, else 0.';
COMMENT ON COLUMN raw.previous_application."RATE_DOWN_PAYMENT" IS 'Down payment rate, normalised.';
COMMENT ON COLUMN raw.previous_application."RATE_INTEREST_PRIMARY" IS 'Interest rate, normalised.';
COMMENT ON COLUMN raw.previous_application."RATE_INTEREST_PRIVILEGED" IS 'Privileged interest rate, normalised.';
COMMENT ON COLUMN raw.previous_application."NAME_CASH_LOAN_PURPOSE" IS 'Purpose of the cash loan.';
COMMENT ON COLUMN raw.previous_application."NAME_CONTRACT_STATUS" IS 'Outcome of the previous application.';
COMMENT ON COLUMN raw.previous_application."DAYS_DECISION" IS 'Days since the decision, negative.';
COMMENT ON COLUMN raw.previous_application."NAME_PAYMENT_TYPE" IS 'Payment method.';
COMMENT ON COLUMN raw.previous_application."CODE_REJECT_REASON" IS 'Reason of rejection.';
COMMENT ON COLUMN raw.previous_application."NAME_TYPE_SUITE" IS 'Who accompanied the applicant.';
COMMENT ON COLUMN raw.previous_application."NAME_CLIENT_TYPE" IS 'New or returning client.';
COMMENT ON COLUMN raw.previous_application."NAME_GOODS_CATEGORY" IS 'Goods category.';
COMMENT ON COLUMN raw.previous_application."NAME_PORTFOLIO" IS 'Portfolio.';
COMMENT ON COLUMN raw.previous_application."NAME_PRODUCT_TYPE" IS 'Cross-sell or walk-in.';
COMMENT ON COLUMN raw.previous_application."CHANNEL_TYPE" IS 'Sales channel.';
COMMENT ON COLUMN raw.previous_application."SELLERPLACE_AREA" IS 'Selling area of the shop; -1 is unknown.';
COMMENT ON COLUMN raw.previous_application."NAME_SELLER_INDUSTRY" IS 'Industry of the seller.';
COMMENT ON COLUMN raw.previous_application."CNT_PAYMENT" IS 'Term, in payments.';
COMMENT ON COLUMN raw.previous_application."NAME_YIELD_GROUP" IS 'Interest rate group.';
COMMENT ON COLUMN raw.previous_application."PRODUCT_COMBINATION" IS 'Detailed product.';
COMMENT ON COLUMN raw.previous_application."DAYS_FIRST_DRAWING" IS 'Days from this application to the first drawing; 365243 means none.';
COMMENT ON COLUMN raw.previous_application."DAYS_FIRST_DUE" IS 'Days from this application to the first due date; 365243 means none.';
COMMENT ON COLUMN raw.previous_application."DAYS_LAST_DUE_1ST_VERSION" IS 'Days from this application to the last due date as first agreed; 365243 means none.';
COMMENT ON COLUMN raw.previous_application."DAYS_LAST_DUE" IS 'Days from this application to the last due date; 365243 means none.';
COMMENT ON COLUMN raw.previous_application."DAYS_TERMINATION" IS 'Days from this application to the expected termination; 365243 means none.';
COMMENT ON COLUMN raw.previous_application."NFLAG_INSURED_ON_APPROVAL" IS '1 if insurance was asked for, else 0.';
