-- grain: one row per relation of marts
-- reads: the catalogue
-- params: none
-- why: the snapshot holds what marts shows and nothing else; the history first, others are read off it
SELECT view_name, comment
FROM duckdb_views()
WHERE schema_name = 'marts' AND database_name = current_database()
ORDER BY view_name <> 'decision_history', view_name
