-- grain: no row
-- reads: nothing
-- params: $memory_limit
-- why: a lower limit makes DuckDB give back the memory of blocks that it keeps and does not need
SET memory_limit = $memory_limit
