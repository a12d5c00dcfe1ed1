-- grain: one application that a model was fitted on
-- reads: new_scores (registered frame with the columns of monitor.reference_scores_v1)
-- params: none
-- why: kept, so that another policy's points and decision mix can be worked out for the same applicants
INSERT INTO monitor.reference_scores_v1 BY NAME FROM new_scores
