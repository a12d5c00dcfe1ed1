-- grain: no row
-- reads: nothing
-- params: $threads
-- why: some statements are less work for fewer threads
SET threads = $threads
