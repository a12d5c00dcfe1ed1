-- grain: one row per duplicate row
-- reads: duplicates (application_id, row_number, duplicate_of_batch_id, duplicate_of_row_number)
-- params: $batch_id
-- why: received = scored + quarantined + duplicates + history + refused, always
INSERT INTO core.duplicates_v1 BY NAME
SELECT $batch_id AS batch_id, row_number, application_id, duplicate_of_batch_id, duplicate_of_row_number FROM duplicates
