-- grain: at most one row, the last evaluation of a version's gate
-- reads: registry.gates_v1
-- params: $model_version
-- why: only the last one can still hold
SELECT gate_id, content
FROM registry.gates_v1
WHERE model_version = $model_version
ORDER BY gate_id DESC
LIMIT 1
