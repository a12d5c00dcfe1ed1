-- grain: at most one row, the first rejection of a version
-- reads: registry.reviews_v1
-- params: $model_version
-- why: a rejected version stays rejected
SELECT review_id, reviewed_by, comment, gate_id
FROM registry.reviews_v1
WHERE model_version = $model_version AND decision = 'reject'
ORDER BY review_id
LIMIT 1
