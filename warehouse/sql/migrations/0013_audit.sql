-- audit: what decided and what changed what decides, in one chain of hashes; appended, never edited.
CREATE TABLE ops.audit_v1 (
  audit_id INTEGER PRIMARY KEY,  -- two entries at once would fork the chain: the second one fails instead
  recorded_at TIMESTAMP NOT NULL,
  kind VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  detail JSON NOT NULL,
  content_sha256 VARCHAR NOT NULL,
  previous_sha256 VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL
);
CREATE VIEW ops.audit AS SELECT audit_id, recorded_at, kind, actor, subject, detail, content_sha256, previous_sha256, sha256 FROM ops.audit_v1;
COMMENT ON TABLE ops.audit_v1 IS 'One row per act that decides or changes what decides, each bound to the one before by its hash.';
COMMENT ON COLUMN ops.audit_v1.audit_id IS 'Running number from 1, without gaps.';
COMMENT ON COLUMN ops.audit_v1.recorded_at IS 'When it was recorded, UTC.';
COMMENT ON COLUMN ops.audit_v1.kind IS 'migration (what the warehouse held when the chain began), night, decisions, training, promotion, rollback, rejection, policy, restore or erasure.';
COMMENT ON COLUMN ops.audit_v1.actor IS 'Who did it: a name that was given, a command, or loanwatch.';
COMMENT ON COLUMN ops.audit_v1.subject IS 'What it is about: a run, a delivery, a model version, a policy, a file.';
COMMENT ON COLUMN ops.audit_v1.detail IS 'What happened, as canonical JSON: counts, keys and hashes, never an applicant''s values.';
COMMENT ON COLUMN ops.audit_v1.content_sha256 IS 'SHA-256 over the entry without its place in the chain, as canonical JSON.';
COMMENT ON COLUMN ops.audit_v1.previous_sha256 IS 'sha256 of the entry before; 64 zeros for the first one.';
COMMENT ON COLUMN ops.audit_v1.sha256 IS 'SHA-256 over previous_sha256 and the entry''s canonical JSON.';
COMMENT ON VIEW ops.audit IS 'One row per act that decides or changes what decides, each bound to the one before by its hash.';
COMMENT ON COLUMN ops.audit.audit_id IS 'Running number from 1, without gaps.';
COMMENT ON COLUMN ops.audit.recorded_at IS 'When it was recorded, UTC.';
COMMENT ON COLUMN ops.audit.kind IS 'migration (what the warehouse held when the chain began), night, decisions, training, promotion, rollback, rejection, policy, restore or erasure.';
COMMENT ON COLUMN ops.audit.actor IS 'Who did it: a name that was given, a command, or loanwatch.';
COMMENT ON COLUMN ops.audit.subject IS 'What it is about: a run, a delivery, a model version, a policy, a file.';
COMMENT ON COLUMN ops.audit.detail IS 'What happened, as canonical JSON: counts, keys and hashes, never an applicant''s values.';
COMMENT ON COLUMN ops.audit.content_sha256 IS 'SHA-256 over the entry without its place in the chain, as canonical JSON.';
COMMENT ON COLUMN ops.audit.previous_sha256 IS 'sha256 of the entry before; 64 zeros for the first one.';
COMMENT ON COLUMN ops.audit.sha256 IS 'SHA-256 over previous_sha256 and the entry''s canonical JSON.';
