-- grain: one row per rule of the last gate of a version
-- reads: marts.gate_findings
-- params: $model_version
-- why: what the gate asked and found
SELECT rule, verdict, expected, found
FROM marts.gate_findings
WHERE model_version = $model_version
QUALIFY gate_id = max(gate_id) OVER ()
ORDER BY position
