-- grain: one evaluation of the gate
-- reads: registry.gates_v1
-- params: $model_version, $champion_version, $policy_sha256, $verdict, $content, $evaluated_at
-- why: appended, never edited: what lay before the approver stays known
INSERT INTO registry.gates_v1 BY NAME
SELECT
  (SELECT coalesce(max(g.gate_id), 0) + 1 FROM registry.gates_v1 AS g) AS gate_id,
  $model_version AS model_version, $champion_version AS champion_version, $policy_sha256 AS policy_sha256,
  $verdict AS verdict, $content AS content, $evaluated_at AS evaluated_at
RETURNING gate_id
