-- grain: one application of a version's hold-out
-- reads: the frame new_scores
-- params: none
-- why: the gate compares a challenger on rows that it was not fitted on; they are written with the version, once
INSERT INTO registry.holdout_scores_v1 BY NAME
SELECT model_version, application_id, batch_id, target, pd
FROM new_scores
