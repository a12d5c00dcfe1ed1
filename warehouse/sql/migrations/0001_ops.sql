-- ops: what was delivered, what ran, which schema this is.
CREATE SCHEMA ops;
CREATE TABLE ops.migrations_v1 (
  version INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL,
  applied_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE ops.migrations_v1 IS 'One row per migration that was applied to this warehouse.';
COMMENT ON COLUMN ops.migrations_v1.version IS 'Number of the migration.';
COMMENT ON COLUMN ops.migrations_v1.name IS 'File name of the migration.';
COMMENT ON COLUMN ops.migrations_v1.sha256 IS 'SHA-256 of the file when it was applied; a migration is never edited.';
COMMENT ON COLUMN ops.migrations_v1.applied_at IS 'When it was applied, UTC.';

CREATE TABLE ops.home_v1 (
  source VARCHAR NOT NULL,
  recorded_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE ops.home_v1 IS 'One row: what kind of rows this home holds.';
COMMENT ON COLUMN ops.home_v1.source IS 'simulated or real; a home holds one kind and refuses the other.';
COMMENT ON COLUMN ops.home_v1.recorded_at IS 'When the first delivery settled it, UTC.';

CREATE TABLE ops.batches_v1 (
  batch_id INTEGER NOT NULL,
  received_on DATE NOT NULL,
  day_version INTEGER NOT NULL,
  content_sha256 VARCHAR NOT NULL,
  origin VARCHAR NOT NULL,
  is_refused BOOLEAN NOT NULL,
  refused_because VARCHAR,
  n_received BIGINT NOT NULL,
  ingested_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE ops.batches_v1 IS 'One row per delivery that was taken in or refused.';
COMMENT ON COLUMN ops.batches_v1.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN ops.batches_v1.received_on IS 'Business date of the delivery: the name of its folder.';
COMMENT ON COLUMN ops.batches_v1.day_version IS 'Version of that day: 1 for the first delivery, more for changed ones.';
COMMENT ON COLUMN ops.batches_v1.content_sha256 IS 'SHA-256 over the names and bytes of the files and the history marker.';
COMMENT ON COLUMN ops.batches_v1.origin IS 'nightly, or history for a delivery marked _HISTORY.';
COMMENT ON COLUMN ops.batches_v1.is_refused IS 'Whether the delivery was refused as a whole.';
COMMENT ON COLUMN ops.batches_v1.refused_because IS 'Why it was refused, with counts; null if it was not.';
COMMENT ON COLUMN ops.batches_v1.n_received IS 'Application rows in the delivery; 0 where the file cannot be read.';
COMMENT ON COLUMN ops.batches_v1.ingested_at IS 'When it was taken in, UTC.';

CREATE TABLE ops.batch_files_v1 (
  batch_id INTEGER NOT NULL,
  source_file VARCHAR NOT NULL,
  table_name VARCHAR NOT NULL,
  content_sha256 VARCHAR NOT NULL,
  n_bytes BIGINT NOT NULL,
  n_received BIGINT NOT NULL,
  n_accepted BIGINT NOT NULL,
  n_bad BIGINT NOT NULL,
  n_duplicates BIGINT NOT NULL,
  n_orphans BIGINT NOT NULL,
  extra_columns VARCHAR[] NOT NULL
);
COMMENT ON TABLE ops.batch_files_v1 IS 'One row per file of a delivery.';
COMMENT ON COLUMN ops.batch_files_v1.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN ops.batch_files_v1.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN ops.batch_files_v1.table_name IS 'Delivered table that the file holds.';
COMMENT ON COLUMN ops.batch_files_v1.content_sha256 IS 'SHA-256 of the bytes of the file.';
COMMENT ON COLUMN ops.batch_files_v1.n_bytes IS 'Size of the file, in bytes.';
COMMENT ON COLUMN ops.batch_files_v1.n_received IS 'Data rows in the file.';
COMMENT ON COLUMN ops.batch_files_v1.n_accepted IS 'Rows that went to raw.';
COMMENT ON COLUMN ops.batch_files_v1.n_bad IS 'Rows that went to quarantine.';
COMMENT ON COLUMN ops.batch_files_v1.n_duplicates IS 'Rows equal to one already held; only applications can be duplicates.';
COMMENT ON COLUMN ops.batch_files_v1.n_orphans IS 'Rows of bureau_balance whose credit no bureau row holds; kept, used by nothing.';
COMMENT ON COLUMN ops.batch_files_v1.extra_columns IS 'Columns in the file that the table does not have; left aside.';

CREATE TABLE ops.runs_v1 (
  run_id VARCHAR NOT NULL,
  command VARCHAR NOT NULL,
  as_of DATE NOT NULL,
  started_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  status VARCHAR NOT NULL,
  message VARCHAR,
  code_version VARCHAR NOT NULL
);
COMMENT ON TABLE ops.runs_v1 IS 'One row per run of a flow or a command that writes.';
COMMENT ON COLUMN ops.runs_v1.run_id IS 'Key of the run.';
COMMENT ON COLUMN ops.runs_v1.command IS 'Which flow or command it was.';
COMMENT ON COLUMN ops.runs_v1.as_of IS 'Business date of the run.';
COMMENT ON COLUMN ops.runs_v1.started_at IS 'When it started, UTC.';
COMMENT ON COLUMN ops.runs_v1.ended_at IS 'When it ended, UTC; null while it runs or if it was killed.';
COMMENT ON COLUMN ops.runs_v1.status IS 'running, done or failed.';
COMMENT ON COLUMN ops.runs_v1.message IS 'What happened, in one line of counts; or the error.';
COMMENT ON COLUMN ops.runs_v1.code_version IS 'Version of Loanwatch that ran.';
CREATE VIEW ops.migrations AS SELECT version, name, sha256, applied_at FROM ops.migrations_v1;
CREATE VIEW ops.batches AS SELECT batch_id, received_on, day_version, content_sha256, origin, is_refused, refused_because, n_received, ingested_at FROM ops.batches_v1;
CREATE VIEW ops.batch_files AS SELECT batch_id, source_file, table_name, content_sha256, n_bytes, n_received, n_accepted, n_bad, n_duplicates, n_orphans, extra_columns FROM ops.batch_files_v1;
CREATE VIEW ops.runs AS SELECT run_id, command, as_of, started_at, ended_at, status, message, code_version FROM ops.runs_v1;
CREATE VIEW ops.home AS SELECT source, recorded_at FROM ops.home_v1;
COMMENT ON VIEW ops.batch_files IS 'One row per file of a delivery.';
COMMENT ON COLUMN ops.batch_files."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN ops.batch_files."source_file" IS 'File name within the delivery folder.';
COMMENT ON COLUMN ops.batch_files."table_name" IS 'Delivered table that the file holds.';
COMMENT ON COLUMN ops.batch_files."content_sha256" IS 'SHA-256 of the bytes of the file.';
COMMENT ON COLUMN ops.batch_files."n_bytes" IS 'Size of the file, in bytes.';
COMMENT ON COLUMN ops.batch_files."n_received" IS 'Data rows in the file.';
COMMENT ON COLUMN ops.batch_files."n_accepted" IS 'Rows that went to raw.';
COMMENT ON COLUMN ops.batch_files."n_bad" IS 'Rows that went to quarantine.';
COMMENT ON COLUMN ops.batch_files."n_duplicates" IS 'Rows equal to one already held; only applications can be duplicates.';
COMMENT ON COLUMN ops.batch_files."n_orphans" IS 'Rows of bureau_balance whose credit no bureau row holds; kept, used by nothing.';
COMMENT ON COLUMN ops.batch_files."extra_columns" IS 'Columns in the file that the table does not have; left aside.';
COMMENT ON VIEW ops.batches IS 'One row per delivery that was taken in or refused.';
COMMENT ON COLUMN ops.batches."batch_id" IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN ops.batches."received_on" IS 'Business date of the delivery: the name of its folder.';
COMMENT ON COLUMN ops.batches."day_version" IS 'Version of that day: 1 for the first delivery, more for changed ones.';
COMMENT ON COLUMN ops.batches."content_sha256" IS 'SHA-256 over the names and bytes of the files and the history marker.';
COMMENT ON COLUMN ops.batches."origin" IS 'nightly, or history for a delivery marked _HISTORY.';
COMMENT ON COLUMN ops.batches."is_refused" IS 'Whether the delivery was refused as a whole.';
COMMENT ON COLUMN ops.batches."refused_because" IS 'Why it was refused, with counts; null if it was not.';
COMMENT ON COLUMN ops.batches."n_received" IS 'Application rows in the delivery; 0 where the file cannot be read.';
COMMENT ON COLUMN ops.batches."ingested_at" IS 'When it was taken in, UTC.';
COMMENT ON VIEW ops.home IS 'One row: what kind of rows this home holds.';
COMMENT ON COLUMN ops.home."source" IS 'simulated or real; a home holds one kind and refuses the other.';
COMMENT ON COLUMN ops.home."recorded_at" IS 'When the first delivery settled it, UTC.';
COMMENT ON VIEW ops.migrations IS 'One row per migration that was applied to this warehouse.';
COMMENT ON COLUMN ops.migrations."version" IS 'Number of the migration.';
COMMENT ON COLUMN ops.migrations."name" IS 'File name of the migration.';
COMMENT ON COLUMN ops.migrations."sha256" IS 'SHA-256 of the file when it was applied; a migration is never edited.';
COMMENT ON COLUMN ops.migrations."applied_at" IS 'When it was applied, UTC.';
COMMENT ON VIEW ops.runs IS 'One row per run of a flow or a command that writes.';
COMMENT ON COLUMN ops.runs."run_id" IS 'Key of the run.';
COMMENT ON COLUMN ops.runs."command" IS 'Which flow or command it was.';
COMMENT ON COLUMN ops.runs."as_of" IS 'Business date of the run.';
COMMENT ON COLUMN ops.runs."started_at" IS 'When it started, UTC.';
COMMENT ON COLUMN ops.runs."ended_at" IS 'When it ended, UTC; null while it runs or if it was killed.';
COMMENT ON COLUMN ops.runs."status" IS 'running, done or failed.';
COMMENT ON COLUMN ops.runs."message" IS 'What happened, in one line of counts; or the error.';
COMMENT ON COLUMN ops.runs."code_version" IS 'Version of Loanwatch that ran.';
