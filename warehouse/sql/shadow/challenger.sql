-- grain: at most one row, the model that scores a business date beside its champion
-- reads: marts.models, registry.models_v1
-- params: $as_of DATE, $champion_version
-- why: one trained as of a later date has seen more than a night of that date could, so it scores nothing then, and no older
--      version takes its place
SELECT m.model_version, m.sha256, m.threshold, m.feature_set_id
FROM marts.models AS r
JOIN registry.models_v1 AS m ON m.model_version = r.model_version
WHERE r.role = 'challenger' AND m.trained_as_of <= $as_of AND m.model_version <> $champion_version
