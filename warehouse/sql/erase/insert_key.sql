-- grain: one row, the secret of this home
-- reads: ops.pseudonym_keys_v1
-- params: $key_hex, $at (UTC)
-- why: made once, when it is first needed; whatever was made with it stays recognisable
INSERT INTO ops.pseudonym_keys_v1 BY NAME
SELECT $key_hex AS key_hex, $at::TIMESTAMP AS created_at
WHERE NOT EXISTS (SELECT k.key_hex FROM ops.pseudonym_keys_v1 AS k)
