-- grain: one row per key that is kept from coming back
-- reads: nothing
-- params: $erasure_id, $kind (applicant or credit), $ids BIGINT[], $through_on DATE
-- why: what is delivered again, or late, does not bring the person back
INSERT INTO ops.suppressed_keys_v1 BY NAME
WITH keys AS (SELECT DISTINCT unnest($ids::BIGINT[]) AS id)
SELECT $erasure_id AS erasure_id, $kind AS kind, ops.keyed_sha256($kind, k.id) AS key_sha256, $through_on::DATE AS through_on
FROM keys AS k
ORDER BY key_sha256
