-- grain: one row per column of marts
-- reads: the catalogue
-- params: none
-- why: the comments of the views go on to the tables of the snapshot
SELECT table_name, column_name, comment
FROM duckdb_columns()
WHERE schema_name = 'marts' AND database_name = current_database()
ORDER BY table_name, column_index
