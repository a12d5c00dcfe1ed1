-- grain: at most one row, a frozen reference
-- reads: monitor.references_v1
-- params: $reference_id
-- why: a model without a reference has to be told apart from one without drift
SELECT reference_id, model_version, policy_sha256, n_rows
FROM monitor.references_v1
WHERE reference_id = $reference_id
