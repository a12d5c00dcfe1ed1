-- grain: at most one row, the model that scores a business date beside its champion
-- reads: marts.models, registry.models_v1
-- params: $as_of DATE, $champion_version
-- why: the newest challenger; one trained after the business date would have seen more than a night of that date could, so it
--      scores nothing then, and no older one takes its place
WITH newest AS (
  SELECT model_version, trained_as_of
  FROM marts.models
  WHERE role = 'challenger'
  ORDER BY trained_at DESC, model_version DESC
  LIMIT 1
)
SELECT m.model_version, m.sha256, m.threshold, m.feature_set_id
FROM newest AS n
JOIN registry.models_v1 AS m ON m.model_version = n.model_version
WHERE n.trained_as_of <= $as_of AND n.model_version <> $champion_version
