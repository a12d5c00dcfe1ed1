-- grain: one decision of a person on a version
-- reads: registry.reviews_v1
-- params: $model_version, $decision, $reviewed_by, $comment, $gate_id, $reviewed_at
-- why: appended, never edited: who approved or rejected what stays known
INSERT INTO registry.reviews_v1 BY NAME
SELECT
  (SELECT coalesce(max(r.review_id), 0) + 1 FROM registry.reviews_v1 AS r) AS review_id,
  $model_version AS model_version, $decision AS decision, $reviewed_by AS reviewed_by, $comment AS comment,
  $gate_id AS gate_id, $reviewed_at AS reviewed_at
RETURNING review_id
