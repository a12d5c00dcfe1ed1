-- grain: one row per application of a version's hold-out that neither it nor the champion was fitted on
-- reads: registry.holdout_scores_v1, monitor.reference_scores_v1
-- params: $model_version, $champion_version
-- why: a model is at an advantage on what it was fitted on, so an applicant in either training set is left out, in any version
SELECT h.application_id, h.batch_id, h.target, h.pd
FROM registry.holdout_scores_v1 AS h
ANTI JOIN (
  SELECT r.application_id
  FROM monitor.reference_scores_v1 AS r
  WHERE r.model_version IN ($model_version, $champion_version)
) AS fitted_on ON fitted_on.application_id = h.application_id
WHERE h.model_version = $model_version
ORDER BY h.application_id, h.batch_id
