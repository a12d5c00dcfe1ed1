-- grain: one row per reason of the decisions to replay
-- reads: replayed_keys (registered frame: application_id, batch_id), score.reasons_v1
-- params: none
-- why: the reasons that the applicant was told, as stored
SELECT
  r.application_id, r.batch_id, r.rank, r.reason_code, r.reason_text, r.contribution, r.feature, r.engine
FROM replayed_keys AS k
JOIN score.reasons_v1 AS r ON r.application_id = k.application_id AND r.batch_id = k.batch_id
ORDER BY r.batch_id, r.application_id, r.rank, r.reason_code
