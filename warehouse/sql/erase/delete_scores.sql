-- grain: all rows of these applicants in one table
-- reads: erased_people (registered frame)
-- params: none
-- why: registry.holdout_scores_v1 stands for any table whose rows mean nothing without the person
DELETE FROM registry.holdout_scores_v1 WHERE application_id IN (SELECT e.application_id FROM erased_people AS e)
