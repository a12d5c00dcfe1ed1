-- score: what was decided about whom, on which values, and why. Append-only: a decision is never overwritten.
CREATE SCHEMA score;
CREATE TABLE score.decisions_v1 (
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  received_on DATE NOT NULL,
  as_of DATE NOT NULL,
  origin VARCHAR NOT NULL,
  features_sha256 VARCHAR NOT NULL,
  model_version VARCHAR NOT NULL,
  policy_sha256 VARCHAR NOT NULL,
  pd DOUBLE NOT NULL,
  score_points DOUBLE NOT NULL,
  threshold DOUBLE NOT NULL,
  decision VARCHAR NOT NULL,
  decided_by VARCHAR NOT NULL,
  decided_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE score.decisions_v1 IS 'One row per decision: an application version, the hash of its features, the model and the policy.';
COMMENT ON COLUMN score.decisions_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.decisions_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.decisions_v1.received_on IS 'Business date of the delivery.';
COMMENT ON COLUMN score.decisions_v1.as_of IS 'Business date of the decision: that of the delivery, however late the night ran.';
COMMENT ON COLUMN score.decisions_v1.origin IS 'Where the application came from; only nightly feeds drift.';
COMMENT ON COLUMN score.decisions_v1.features_sha256 IS 'SHA-256 over the model inputs of the row, as little-endian doubles in the manifest''s order.';
COMMENT ON COLUMN score.decisions_v1.model_version IS 'Champion that scored it.';
COMMENT ON COLUMN score.decisions_v1.policy_sha256 IS 'Policy that decided it.';
COMMENT ON COLUMN score.decisions_v1.pd IS 'Calibrated probability of default, rounded to 12 decimals.';
COMMENT ON COLUMN score.decisions_v1.score_points IS 'Score points of the PD on the policy''s scale; higher is safer.';
COMMENT ON COLUMN score.decisions_v1.threshold IS 'Threshold of the model on the PD.';
COMMENT ON COLUMN score.decisions_v1.decision IS 'approve, review or decline.';
COMMENT ON COLUMN score.decisions_v1.decided_by IS 'score, or the code of the hard rule or quality rule that decided.';
COMMENT ON COLUMN score.decisions_v1.decided_at IS 'When it was decided, UTC.';

CREATE TABLE score.reasons_v1 (
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  reason_code VARCHAR NOT NULL,
  reason_text VARCHAR NOT NULL,
  contribution DOUBLE,
  feature VARCHAR,
  engine VARCHAR NOT NULL
);
COMMENT ON TABLE score.reasons_v1 IS 'One row per reason of a declined or reviewed application version.';
COMMENT ON COLUMN score.reasons_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.reasons_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.reasons_v1.rank IS 'Order of the reasons, from 1.';
COMMENT ON COLUMN score.reasons_v1.reason_code IS 'Code of the reason in the policy.';
COMMENT ON COLUMN score.reasons_v1.reason_text IS 'Plain text of the reason in the policy of the day.';
COMMENT ON COLUMN score.reasons_v1.contribution IS 'By how much the group of features raised the log-odds of default (SHAP, rounded to 4 decimals); null for a rule.';
COMMENT ON COLUMN score.reasons_v1.feature IS 'Feature of the group that raised it most; null for a rule.';
COMMENT ON COLUMN score.reasons_v1.engine IS 'What computed the contributions.';

CREATE TABLE score.quality_v1 (
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  n_inputs INTEGER NOT NULL,
  n_filled INTEGER NOT NULL,
  missing_tables VARCHAR[] NOT NULL,
  missing_columns VARCHAR[] NOT NULL,
  unseen_columns VARCHAR[] NOT NULL,
  out_of_range_columns VARCHAR[] NOT NULL
);
COMMENT ON TABLE score.quality_v1 IS 'One row per scored application version: what its inputs lacked.';
COMMENT ON COLUMN score.quality_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.quality_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.quality_v1.n_inputs IS 'Number of model inputs.';
COMMENT ON COLUMN score.quality_v1.n_filled IS 'Model inputs that are not missing.';
COMMENT ON COLUMN score.quality_v1.missing_tables IS 'History tables that usually arrive and were absent from the delivery.';
COMMENT ON COLUMN score.quality_v1.missing_columns IS 'Application columns among the inputs that are missing.';
COMMENT ON COLUMN score.quality_v1.unseen_columns IS 'Categories whose level the model never saw.';
COMMENT ON COLUMN score.quality_v1.out_of_range_columns IS 'Inputs outside the range of the training data.';
CREATE VIEW score.decisions AS SELECT application_id, batch_id, received_on, as_of, origin, features_sha256, model_version, policy_sha256, pd, score_points, threshold, decision, decided_by, decided_at FROM score.decisions_v1;
CREATE VIEW score.reasons AS SELECT application_id, batch_id, rank, reason_code, reason_text, contribution, feature, engine FROM score.reasons_v1;
CREATE VIEW score.quality AS SELECT application_id, batch_id, n_inputs, n_filled, missing_tables, missing_columns, unseen_columns, out_of_range_columns FROM score.quality_v1;
CREATE SCHEMA monitor;
CREATE SCHEMA marts;
COMMENT ON VIEW score.decisions IS 'One row per decision: an application version, the hash of its features, the model and the policy.';
COMMENT ON COLUMN score.decisions."application_id" IS 'Applicant key.';
COMMENT ON COLUMN score.decisions."batch_id" IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.decisions."received_on" IS 'Business date of the delivery.';
COMMENT ON COLUMN score.decisions."as_of" IS 'Business date of the decision: that of the delivery, however late the night ran.';
COMMENT ON COLUMN score.decisions."origin" IS 'Where the application came from; only nightly feeds drift.';
COMMENT ON COLUMN score.decisions."features_sha256" IS 'SHA-256 over the model inputs of the row, as little-endian doubles in the manifest''s order.';
COMMENT ON COLUMN score.decisions."model_version" IS 'Champion that scored it.';
COMMENT ON COLUMN score.decisions."policy_sha256" IS 'Policy that decided it.';
COMMENT ON COLUMN score.decisions."pd" IS 'Calibrated probability of default, rounded to 12 decimals.';
COMMENT ON COLUMN score.decisions."score_points" IS 'Score points of the PD on the policy''s scale; higher is safer.';
COMMENT ON COLUMN score.decisions."threshold" IS 'Threshold of the model on the PD.';
COMMENT ON COLUMN score.decisions."decision" IS 'approve, review or decline.';
COMMENT ON COLUMN score.decisions."decided_by" IS 'score, or the code of the hard rule or quality rule that decided.';
COMMENT ON COLUMN score.decisions."decided_at" IS 'When it was decided, UTC.';
COMMENT ON VIEW score.quality IS 'One row per scored application version: what its inputs lacked.';
COMMENT ON COLUMN score.quality."application_id" IS 'Applicant key.';
COMMENT ON COLUMN score.quality."batch_id" IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.quality."n_inputs" IS 'Number of model inputs.';
COMMENT ON COLUMN score.quality."n_filled" IS 'Model inputs that are not missing.';
COMMENT ON COLUMN score.quality."missing_tables" IS 'History tables that usually arrive and were absent from the delivery.';
COMMENT ON COLUMN score.quality."missing_columns" IS 'Application columns among the inputs that are missing.';
COMMENT ON COLUMN score.quality."unseen_columns" IS 'Categories whose level the model never saw.';
COMMENT ON COLUMN score.quality."out_of_range_columns" IS 'Inputs outside the range of the training data.';
COMMENT ON VIEW score.reasons IS 'One row per reason of a declined or reviewed application version.';
COMMENT ON COLUMN score.reasons."application_id" IS 'Applicant key.';
COMMENT ON COLUMN score.reasons."batch_id" IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.reasons."rank" IS 'Order of the reasons, from 1.';
COMMENT ON COLUMN score.reasons."reason_code" IS 'Code of the reason in the policy.';
COMMENT ON COLUMN score.reasons."reason_text" IS 'Plain text of the reason in the policy of the day.';
COMMENT ON COLUMN score.reasons."contribution" IS 'By how much the group of features raised the log-odds of default (SHAP, rounded to 4 decimals); null for a rule.';
COMMENT ON COLUMN score.reasons."feature" IS 'Feature of the group that raised it most; null for a rule.';
COMMENT ON COLUMN score.reasons."engine" IS 'What computed the contributions.';
