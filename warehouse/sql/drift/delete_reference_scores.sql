-- grain: the rows of one model version
-- reads: monitor.reference_scores_v1
-- params: $model_version
-- why: a model replaces exactly its own key
DELETE FROM monitor.reference_scores_v1 WHERE model_version = $model_version
