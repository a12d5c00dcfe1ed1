-- grain: one row per decision of a person on a version
-- reads: marts.reviews
-- params: $model_version
-- why: who approved or rejected it, and why
SELECT review_id, decision, reviewed_by, comment, gate_id, reviewed_at
FROM marts.reviews
WHERE model_version = $model_version
ORDER BY review_id
