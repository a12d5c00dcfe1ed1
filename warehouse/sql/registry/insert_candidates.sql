-- grain: one candidate of a training
-- reads: the frame new_candidates
-- params: none
-- why: analysts compare what was tried without opening the record of the training
INSERT INTO registry.candidates_v1 BY NAME
SELECT
  model_version, candidate, may_become_champion, auc, auc_lower, auc_upper, cost, cost_lower, cost_upper, auc_difference,
  auc_difference_lower, auc_difference_upper, cost_difference, cost_difference_lower, cost_difference_upper, threshold, seconds
FROM new_candidates
