-- grain: one row per application that a model was fitted on
-- reads: monitor.reference_scores_v1
-- params: $model_version
-- why: the score's reference is the PD of trees that never saw the applicant
SELECT application_id, batch_id, pd
FROM monitor.reference_scores_v1
WHERE model_version = $model_version
ORDER BY application_id, batch_id
