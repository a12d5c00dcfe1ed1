-- grain: no row
-- reads: nothing
-- params: $threads
-- why: a chunk of rows is written with less work by one thread than by two
SET threads = $threads
