-- grain: all quality records of these applicants
-- reads: erased_people (registered frame: application_id, surrogate)
-- params: none
-- why: how much was filled stays; which columns were not is a trait of the person
UPDATE score.quality_v1
SET application_id = e.surrogate, missing_columns = [], unseen_columns = [], out_of_range_columns = []
FROM erased_people AS e
WHERE score.quality_v1.application_id = e.application_id
