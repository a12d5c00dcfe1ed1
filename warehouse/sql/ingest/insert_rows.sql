-- Accepted rows of one chunk of one delivered table, as received.
-- Grain: one row per row of the frame `chunk`. Reads: chunk (row_number and the table's columns, in any order).
-- Params: $batch_id, $origin. {table} is a name of the closed list of delivered tables.
-- Why BY NAME with a star: the frame brings exactly the table's columns, and a name too many or too few is an error.
INSERT INTO raw.{table}_v1 BY NAME
SELECT $batch_id AS batch_id, $origin AS origin, chunk.* FROM chunk
