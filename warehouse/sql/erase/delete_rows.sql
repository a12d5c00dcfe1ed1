-- grain: all rows of these applicants in one raw table
-- reads: erased_people (registered frame)
-- params: none
-- why: raw.application_v1 stands for the raw table of any delivered file
DELETE FROM raw.application_v1 WHERE SK_ID_CURR IN (SELECT e.application_id FROM erased_people AS e)
