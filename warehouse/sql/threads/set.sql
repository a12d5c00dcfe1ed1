-- grain: no row
-- reads: nothing
-- params: $threads
-- why: one thread does some statements with less work than two
SET threads = $threads
