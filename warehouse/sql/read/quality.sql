-- grain: at most one row
-- reads: marts.application_quality
-- params: $application_id, $batch_id
-- why: what the inputs of this decision lacked
SELECT n_inputs, n_filled, missing_tables, missing_columns, unseen_columns, out_of_range_columns
FROM marts.application_quality
WHERE application_id = $application_id AND batch_id = $batch_id
