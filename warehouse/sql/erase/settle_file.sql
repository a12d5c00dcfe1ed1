-- grain: one file of a delivery
-- reads: nothing
-- params: $batch_id, $source_file, $content_sha256, $n_bytes
-- why: the ledger describes the file as it lies there now; its counts stay those of its arrival
UPDATE ops.batch_files_v1
SET content_sha256 = $content_sha256, n_bytes = $n_bytes
WHERE batch_id = $batch_id AND source_file = $source_file
