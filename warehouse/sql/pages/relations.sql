-- grain: one row per relation of marts
-- reads: the catalogue
-- params: none
-- why: a home of an older version has no drift or alerts yet; its page says so
SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'
UNION ALL
SELECT view_name AS table_name FROM duckdb_views() WHERE schema_name = 'marts'
ORDER BY table_name
