-- grain: one row per credit that the bureau reported for these applicants
-- reads: erased_people (registered frame), raw.bureau_v1
-- params: none
-- why: monthly balances name the credit and not the applicant
SELECT DISTINCT b.SK_ID_BUREAU AS credit_id
FROM raw.bureau_v1 AS b
JOIN erased_people AS e ON e.application_id = b.SK_ID_CURR
ORDER BY credit_id
