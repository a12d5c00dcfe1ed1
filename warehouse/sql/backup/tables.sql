-- grain: table of a database, in alphabetical order
-- reads: duckdb_tables()
-- params: $database_name
-- why: a backup is compared with the warehouse table by table
SELECT
  schema_name || '.' || table_name AS name
FROM duckdb_tables()
WHERE database_name = $database_name AND NOT internal
ORDER BY name
