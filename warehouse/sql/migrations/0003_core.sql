-- core: what became of every row that was delivered. Live versions and cleaned values are views on raw (later migration).
CREATE SCHEMA core;
CREATE TABLE core.rejected_rows_v1 (
  batch_id INTEGER NOT NULL,
  source_file VARCHAR NOT NULL,
  row_number BIGINT NOT NULL,
  application_id BIGINT,
  original_text VARCHAR NOT NULL
);
COMMENT ON TABLE core.rejected_rows_v1 IS 'One row per rejected row of a delivered file, with its original text.';
COMMENT ON COLUMN core.rejected_rows_v1.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.rejected_rows_v1.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.rejected_rows_v1.row_number IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.rejected_rows_v1.application_id IS 'Applicant key, where it could be read.';
COMMENT ON COLUMN core.rejected_rows_v1.original_text IS 'The line of a text file as received, or the row of a Parquet file as JSON.';

CREATE TABLE core.quarantine_v1 (
  batch_id INTEGER NOT NULL,
  application_id BIGINT,
  source_file VARCHAR NOT NULL,
  row_number BIGINT NOT NULL,
  rule VARCHAR NOT NULL,
  column_name VARCHAR
);
COMMENT ON TABLE core.quarantine_v1 IS 'One row per rejected row and rule that it broke.';
COMMENT ON COLUMN core.quarantine_v1.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.quarantine_v1.application_id IS 'Applicant key, where it could be read.';
COMMENT ON COLUMN core.quarantine_v1.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.quarantine_v1.row_number IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.quarantine_v1.rule IS 'Rule that the row broke.';
COMMENT ON COLUMN core.quarantine_v1.column_name IS 'Column that broke it; null for a rule over the whole row.';

CREATE TABLE core.duplicates_v1 (
  batch_id INTEGER NOT NULL,
  row_number BIGINT NOT NULL,
  application_id BIGINT NOT NULL,
  duplicate_of_batch_id INTEGER NOT NULL,
  duplicate_of_row_number BIGINT NOT NULL
);
COMMENT ON TABLE core.duplicates_v1 IS 'One row per delivered application row that equals one already held for the same day.';
COMMENT ON COLUMN core.duplicates_v1.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.duplicates_v1.row_number IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.duplicates_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN core.duplicates_v1.duplicate_of_batch_id IS 'Delivery that holds the equal row.';
COMMENT ON COLUMN core.duplicates_v1.duplicate_of_row_number IS 'Data row of the equal row in that delivery.';

CREATE TABLE core.withdrawals_v1 (
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  withdrawn_by_batch_id INTEGER NOT NULL,
  withdrawn_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE core.withdrawals_v1 IS 'One row per application version that a later delivery of its day no longer held; the version itself stays.';
COMMENT ON COLUMN core.withdrawals_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN core.withdrawals_v1.batch_id IS 'Delivery of the withdrawn version.';
COMMENT ON COLUMN core.withdrawals_v1.withdrawn_by_batch_id IS 'Later delivery of the same day that no longer held it.';
COMMENT ON COLUMN core.withdrawals_v1.withdrawn_at IS 'When the withdrawal was recorded, UTC.';
CREATE VIEW core.rejected_rows AS SELECT batch_id, source_file, row_number, application_id, original_text FROM core.rejected_rows_v1;
CREATE VIEW core.quarantine AS SELECT batch_id, application_id, source_file, row_number, rule, column_name FROM core.quarantine_v1;
CREATE VIEW core.duplicates AS SELECT batch_id, row_number, application_id, duplicate_of_batch_id, duplicate_of_row_number FROM core.duplicates_v1;
CREATE VIEW core.withdrawals AS SELECT application_id, batch_id, withdrawn_by_batch_id, withdrawn_at FROM core.withdrawals_v1;
COMMENT ON VIEW core.duplicates IS 'One row per delivered application row that equals one already held for the same day.';
COMMENT ON COLUMN core.duplicates."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.duplicates."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.duplicates."application_id" IS 'Applicant key.';
COMMENT ON COLUMN core.duplicates."duplicate_of_batch_id" IS 'Delivery that holds the equal row.';
COMMENT ON COLUMN core.duplicates."duplicate_of_row_number" IS 'Data row of the equal row in that delivery.';
COMMENT ON VIEW core.quarantine IS 'One row per rejected row and rule that it broke.';
COMMENT ON COLUMN core.quarantine."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.quarantine."application_id" IS 'Applicant key, where it could be read.';
COMMENT ON COLUMN core.quarantine."source_file" IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.quarantine."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.quarantine."rule" IS 'Rule that the row broke.';
COMMENT ON COLUMN core.quarantine."column_name" IS 'Column that broke it; null for a rule over the whole row.';
COMMENT ON VIEW core.rejected_rows IS 'One row per rejected row of a delivered file, with its original text.';
COMMENT ON COLUMN core.rejected_rows."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN core.rejected_rows."source_file" IS 'File name within the delivery folder.';
COMMENT ON COLUMN core.rejected_rows."row_number" IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN core.rejected_rows."application_id" IS 'Applicant key, where it could be read.';
COMMENT ON COLUMN core.rejected_rows."original_text" IS 'The line of a text file as received, or the row of a Parquet file as JSON.';
COMMENT ON VIEW core.withdrawals IS 'One row per application version that a later delivery of its day no longer held; the version itself stays.';
COMMENT ON COLUMN core.withdrawals."application_id" IS 'Applicant key.';
COMMENT ON COLUMN core.withdrawals."batch_id" IS 'Delivery of the withdrawn version.';
COMMENT ON COLUMN core.withdrawals."withdrawn_by_batch_id" IS 'Later delivery of the same day that no longer held it.';
COMMENT ON COLUMN core.withdrawals."withdrawn_at" IS 'When the withdrawal was recorded, UTC.';
