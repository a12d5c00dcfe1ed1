-- people: whose data were erased, the key that pseudonyms and suppressed keys are made with, and which profile a snapshot has.
CREATE TABLE ops.pseudonym_keys_v1 (
  key_hex VARCHAR NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE ops.erasures_v1 (
  erasure_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  requested_by VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  n_people INTEGER NOT NULL,
  pending_credits BIGINT[],
  erased_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP
);
CREATE TABLE ops.suppressed_keys_v1 (
  erasure_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  key_sha256 VARCHAR NOT NULL,
  through_on DATE NOT NULL
);
CREATE VIEW ops.erasures AS SELECT erasure_id, kind, requested_by, reason, n_people, erased_at, finished_at FROM ops.erasures_v1;
CREATE VIEW ops.suppressed_keys AS SELECT erasure_id, kind, key_sha256, through_on FROM ops.suppressed_keys_v1;
-- A key as it may be kept: SHA-256 over this home's secret, the kind of key and the key.
CREATE MACRO ops.keyed_sha256(kind, id) AS
  sha256((SELECT max(k.key_hex) FROM ops.pseudonym_keys_v1 AS k) || '/' || kind || '/' || id::VARCHAR);
-- An applicant's key as a masked snapshot shows it: 60 bits of that, so that it stays a BIGINT.
CREATE MACRO ops.pseudonym(id) AS ('0x' || substr(ops.keyed_sha256('pseudonym', id), 1, 15))::BIGINT;

ALTER TABLE ops.publications_v1 ADD COLUMN profile VARCHAR;
CREATE OR REPLACE VIEW marts.freshness AS
SELECT
  p.published_at, p.run_id, p.as_of,
  (SELECT max(b.received_on) FROM ops.batches_v1 AS b) AS newest_received_on,
  (SELECT max(d.as_of) FROM score.decisions_v1 AS d) AS newest_decided_on,
  (SELECT count(*) FROM score.decisions_v1 AS d) AS n_decisions,
  coalesce(p.profile, 'full') AS profile
FROM ops.publications_v1 AS p
QUALIFY row_number() OVER (ORDER BY p.publication_id DESC) = 1;
-- An erased applicant has a negative number in place of the key: nothing is left of them that could be counted over bins.
CREATE OR REPLACE VIEW monitor.live_versions AS
SELECT d.application_id, d.batch_id, d.received_on
FROM score.decisions_v1 AS d
ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
WHERE d.origin = 'nightly' AND d.application_id > 0;
COMMENT ON TABLE ops.pseudonym_keys_v1 IS 'One row once it is needed: the secret of this home.';
COMMENT ON COLUMN ops.pseudonym_keys_v1.key_hex IS '32 random bytes in hexadecimal; part of no snapshot.';
COMMENT ON COLUMN ops.pseudonym_keys_v1.created_at IS 'When it was made, UTC.';
COMMENT ON TABLE ops.erasures_v1 IS 'One row per erasure of personal data; whose they were is not told.';
COMMENT ON COLUMN ops.erasures_v1.erasure_id IS 'Running number; the audit names it.';
COMMENT ON COLUMN ops.erasures_v1.kind IS 'request (of a person) or retention (kept long enough).';
COMMENT ON COLUMN ops.erasures_v1.requested_by IS 'Who asked for it, or carried it out.';
COMMENT ON COLUMN ops.erasures_v1.reason IS 'Why.';
COMMENT ON COLUMN ops.erasures_v1.n_people IS 'Applicants whose data were erased.';
COMMENT ON COLUMN ops.erasures_v1.pending_credits IS 'Keys of their bureau credits while landing is still being cleaned; null afterwards.';
COMMENT ON COLUMN ops.erasures_v1.erased_at IS 'When the warehouse was cleaned, UTC.';
COMMENT ON COLUMN ops.erasures_v1.finished_at IS 'When files, backups and snapshot were clean too, UTC; null while that is left to do.';
COMMENT ON VIEW ops.erasures IS 'One row per erasure of personal data; whose they were is not told.';
COMMENT ON COLUMN ops.erasures.erasure_id IS 'Running number; the audit names it.';
COMMENT ON COLUMN ops.erasures.kind IS 'request (of a person) or retention (kept long enough).';
COMMENT ON COLUMN ops.erasures.requested_by IS 'Who asked for it, or carried it out.';
COMMENT ON COLUMN ops.erasures.reason IS 'Why.';
COMMENT ON COLUMN ops.erasures.n_people IS 'Applicants whose data were erased.';
COMMENT ON COLUMN ops.erasures.erased_at IS 'When the warehouse was cleaned, UTC.';
COMMENT ON COLUMN ops.erasures.finished_at IS 'When files, backups and snapshot were clean too, UTC; null while that is left to do.';
COMMENT ON TABLE ops.suppressed_keys_v1 IS 'One row per key that no delivery brings back.';
COMMENT ON COLUMN ops.suppressed_keys_v1.erasure_id IS 'Erasure it belongs to.';
COMMENT ON COLUMN ops.suppressed_keys_v1.kind IS 'applicant (SK_ID_CURR) or credit (SK_ID_BUREAU).';
COMMENT ON COLUMN ops.suppressed_keys_v1.key_sha256 IS 'SHA-256 over the secret of this home, the kind and the key.';
COMMENT ON COLUMN ops.suppressed_keys_v1.through_on IS 'Business date up to which deliveries are kept from bringing it back; a later one is a new application.';
COMMENT ON VIEW ops.suppressed_keys IS 'One row per key that no delivery brings back.';
COMMENT ON COLUMN ops.suppressed_keys.erasure_id IS 'Erasure it belongs to.';
COMMENT ON COLUMN ops.suppressed_keys.kind IS 'applicant (SK_ID_CURR) or credit (SK_ID_BUREAU).';
COMMENT ON COLUMN ops.suppressed_keys.key_sha256 IS 'SHA-256 over the secret of this home, the kind and the key.';
COMMENT ON COLUMN ops.suppressed_keys.through_on IS 'Business date up to which deliveries are kept from bringing it back; a later one is a new application.';
COMMENT ON VIEW marts.freshness IS 'One row: when this snapshot was made, from which run, and how far the data reaches.';
COMMENT ON COLUMN marts.freshness.published_at IS 'When the snapshot was made, UTC.';
COMMENT ON COLUMN marts.freshness.run_id IS 'Run that made it.';
COMMENT ON COLUMN marts.freshness.as_of IS 'Business date of that run.';
COMMENT ON COLUMN marts.freshness.newest_received_on IS 'Business date of the newest delivery.';
COMMENT ON COLUMN marts.freshness.newest_decided_on IS 'Business date of the newest decision.';
COMMENT ON COLUMN marts.freshness.n_decisions IS 'Decisions ever taken.';
COMMENT ON COLUMN marts.freshness.profile IS 'full, or masked: pseudonyms in place of applicant keys, no protected attributes.';
COMMENT ON VIEW monitor.live_versions IS 'One row per application version that counts on its own business date.';
COMMENT ON COLUMN monitor.live_versions.application_id IS 'Applicant key.';
COMMENT ON COLUMN monitor.live_versions.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN monitor.live_versions.received_on IS 'Business date of the delivery.';
COMMENT ON COLUMN ops.publications_v1.profile IS 'full or masked; null before there was a choice, which is full.';
