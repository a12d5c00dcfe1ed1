-- grain: all decisions on these applicants
-- reads: erased_people (registered frame: application_id, surrogate)
-- params: none
-- why: that a decision was taken, by which model and policy and how it went, stays; who it was and on which values does not
UPDATE score.decisions_v1
SET application_id = e.surrogate, features_sha256 = 'erased'
FROM erased_people AS e
WHERE score.decisions_v1.application_id = e.application_id
