-- grain: one row
-- reads: score.decisions_v1, partition_keys (registered frame: application_id, batch_id)
-- params: none
-- why: a partition is committed once; none of its application versions may be decided already
SELECT count(*) AS n_decided
FROM partition_keys AS k
JOIN score.decisions_v1 AS d ON d.application_id = k.application_id AND d.batch_id = k.batch_id
