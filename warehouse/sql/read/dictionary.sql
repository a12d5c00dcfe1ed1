-- grain: one row per column of every table and of every relation of marts
-- reads: the catalogue
-- params: none
-- why: the data dictionary is generated from the comments, so it cannot drift away from the warehouse
WITH relations AS (
  SELECT schema_name, table_name AS relation, comment FROM duckdb_tables() WHERE NOT internal
  UNION ALL
  SELECT schema_name, view_name AS relation, comment FROM duckdb_views() WHERE NOT internal AND schema_name = 'marts'
)
SELECT
  r.schema_name, r.relation, r.comment AS relation_comment, c.column_name, c.data_type, c.comment AS column_comment
FROM relations AS r
JOIN duckdb_columns() AS c ON c.schema_name = r.schema_name AND c.table_name = r.relation
ORDER BY r.schema_name, r.relation, c.column_index
