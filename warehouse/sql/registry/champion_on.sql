-- grain: at most one row, the model in force on a business date
-- reads: registry.promotions_v1, registry.models_v1
-- params: $as_of DATE
-- why: the last promotion among those effective by then names the champion, so a night that catches up uses the one of its day
SELECT p.model_version, m.sha256, m.threshold, m.feature_set_id
FROM registry.promotions_v1 AS p
JOIN registry.models_v1 AS m ON m.model_version = p.model_version
WHERE p.effective_on <= $as_of
ORDER BY p.promotion_id DESC
LIMIT 1
