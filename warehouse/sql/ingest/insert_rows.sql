-- grain: one row per row of the frame `chunk`
-- reads: chunk (row_number and the table's columns, in any order)
-- params: $batch_id, $origin
-- why: accepted rows as received; raw.application_v1 stands for the raw table of any delivered file. By name with a star: a
--   column too many or too few in the frame is an error
INSERT INTO raw.application_v1 BY NAME
SELECT $batch_id AS batch_id, $origin AS origin, chunk.* FROM chunk
