-- grain: one row per undecided application version of one delivery
-- reads: raw.application_v1, score.decisions_v1
-- params: $batch_id INTEGER, $at_most BIGINT (NULL: all)
-- why: ordered by key, so that chunks are the same whenever the night runs
SELECT a.SK_ID_CURR AS application_id, a.batch_id
FROM raw.application_v1 AS a
ANTI JOIN score.decisions_v1 AS d ON d.application_id = a.SK_ID_CURR AND d.batch_id = a.batch_id
WHERE a.batch_id = $batch_id AND a.origin = 'nightly'
ORDER BY a.SK_ID_CURR
LIMIT $at_most
