-- grain: one row
-- reads: nothing
-- params: none
-- why: blocks of tables are on disk and can be given back at no cost but reading them again; what else is held is in use
SELECT
    coalesce(sum(memory_usage_bytes) FILTER (tag = 'BASE_TABLE'), 0)::BIGINT AS of_tables,
    coalesce(sum(memory_usage_bytes) FILTER (tag <> 'BASE_TABLE'), 0)::BIGINT AS in_use,
    current_setting('memory_limit') AS memory_limit
FROM duckdb_memory()
