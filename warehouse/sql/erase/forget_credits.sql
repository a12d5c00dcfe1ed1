-- grain: one erasure
-- reads: nothing
-- params: $erasure_id
-- why: the keys were kept only while landing was being cleaned
UPDATE ops.erasures_v1 SET pending_credits = NULL WHERE erasure_id = $erasure_id
