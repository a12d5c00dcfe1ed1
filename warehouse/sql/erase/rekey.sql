-- grain: all rows of these applicants in one table
-- reads: erased_people (registered frame: application_id, surrogate)
-- params: none
-- why: what was counted stays counted, about nobody; core.duplicates_v1 stands for any table that holds no value of the person
UPDATE core.duplicates_v1 SET application_id = e.surrogate FROM erased_people AS e WHERE core.duplicates_v1.application_id = e.application_id
