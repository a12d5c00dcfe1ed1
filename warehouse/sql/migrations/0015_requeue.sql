-- requeue: which rejected rows came back, repaired, in which later version of their day.
CREATE TABLE core.requeued_rows_v1 (
  batch_id INTEGER NOT NULL,
  source_file VARCHAR NOT NULL,
  row_number BIGINT NOT NULL,
  requeued_in_batch_id INTEGER NOT NULL,
  requeued_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE core.requeued_rows_v1 IS 'One row per rejected row that was taken in again; the rejected row itself stays in quarantine.';
COMMENT ON COLUMN core.requeued_rows_v1.batch_id IS 'Delivery that brought the rejected row, as yyyymmddvv.';
COMMENT ON COLUMN core.requeued_rows_v1.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.requeued_rows_v1.row_number IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.requeued_rows_v1.requeued_in_batch_id IS 'Version of the same day that holds the row as repaired, as yyyymmddvv.';
COMMENT ON COLUMN core.requeued_rows_v1.requeued_at IS 'When it was taken in again, UTC.';
CREATE VIEW core.requeued_rows AS
SELECT batch_id, source_file, row_number, requeued_in_batch_id, requeued_at FROM core.requeued_rows_v1;
COMMENT ON VIEW core.requeued_rows IS 'One row per rejected row that was taken in again; the rejected row itself stays in quarantine.';
COMMENT ON COLUMN core.requeued_rows."batch_id" IS 'Delivery that brought the rejected row, as yyyymmddvv.';
COMMENT ON COLUMN core.requeued_rows."source_file" IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.requeued_rows."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.requeued_rows."requeued_in_batch_id" IS 'Version of the same day that holds the row as repaired, as yyyymmddvv.';
COMMENT ON COLUMN core.requeued_rows."requeued_at" IS 'When it was taken in again, UTC.';
CREATE VIEW marts.requeued_rows AS
SELECT batch_id, source_file, row_number, requeued_in_batch_id, requeued_at FROM core.requeued_rows_v1;
COMMENT ON VIEW marts.requeued_rows IS 'One row per row of marts.quarantine that was repaired and taken in again.';
COMMENT ON COLUMN marts.requeued_rows."batch_id" IS 'Delivery that brought the rejected row, as yyyymmddvv.';
COMMENT ON COLUMN marts.requeued_rows."source_file" IS 'File name within the delivery folder.';
COMMENT ON COLUMN marts.requeued_rows."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN marts.requeued_rows."requeued_in_batch_id" IS 'Version of the same day that holds the row as repaired, as yyyymmddvv.';
COMMENT ON COLUMN marts.requeued_rows."requeued_at" IS 'When it was taken in again, UTC.';
