-- grain: the reasons of a chunk of application versions
-- reads: chunk (registered frame: application_id, batch_id)
-- params: none
-- why: a chunk replaces exactly its own key, so it can be written again after an interruption
DELETE FROM score.reasons_v1 AS s
USING chunk AS c
WHERE s.application_id = c.application_id AND s.batch_id = c.batch_id
