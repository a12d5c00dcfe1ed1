-- grain: all reasons of decisions on these applicants
-- reads: erased_people (registered frame: application_id, surrogate)
-- params: none
-- why: the text says which kind of circumstance weighed; feature and weight would say the person's
UPDATE score.reasons_v1
SET application_id = e.surrogate, contribution = NULL, feature = NULL
FROM erased_people AS e
WHERE score.reasons_v1.application_id = e.application_id
