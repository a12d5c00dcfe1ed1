-- grain: one row per accepted application row of these applicants that has no decision
-- reads: erased_people (registered frame), raw.application_v1, score.decisions_v1, ops.batch_files_v1
-- params: none
-- why: the row itself goes, and received = scored + quarantined + ... has to hold all the same: it counts as quarantined
SELECT a.batch_id, f.source_file, a.row_number
FROM raw.application_v1 AS a
JOIN erased_people AS e ON e.application_id = a.SK_ID_CURR
JOIN ops.batch_files_v1 AS f ON f.batch_id = a.batch_id AND f.table_name = 'application'
ANTI JOIN score.decisions_v1 AS d ON d.application_id = a.SK_ID_CURR AND d.batch_id = a.batch_id
ORDER BY a.batch_id, a.row_number
