-- grain: one row
-- reads: nothing
-- params: $batch_id, $source_file, $table_name, $content_sha256, $n_bytes, $n_received, $n_accepted, $n_bad, $n_duplicates,
--   $n_orphans, $extra_columns
-- why: what became of every row of every file
INSERT INTO ops.batch_files_v1 BY NAME
SELECT
  $batch_id AS batch_id, $source_file AS source_file, $table_name AS table_name, $content_sha256 AS content_sha256,
  $n_bytes AS n_bytes, $n_received AS n_received, $n_accepted AS n_accepted, $n_bad AS n_bad, $n_duplicates AS n_duplicates,
  $n_orphans AS n_orphans, $extra_columns::VARCHAR[] AS extra_columns
