-- monitor: what the champion was trained on, in frozen bins; daily counts over those bins; how far each window lies from it.
CREATE TABLE monitor.references_v1 (
  reference_id VARCHAR NOT NULL,
  model_version VARCHAR NOT NULL,
  policy_sha256 VARCHAR,
  n_rows BIGINT NOT NULL,
  frozen_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE monitor.references_v1 IS 'One row per frozen reference: a model version, or a model version under a policy (score points, decision mix).';
COMMENT ON COLUMN monitor.references_v1.reference_id IS 'Key: the model version; followed by / and the start of the policy''s hash where the policy matters.';
COMMENT ON COLUMN monitor.references_v1.model_version IS 'Model version that the reference was frozen with.';
COMMENT ON COLUMN monitor.references_v1.policy_sha256 IS 'Policy that scaled the points and decided the mix; null where no policy matters.';
COMMENT ON COLUMN monitor.references_v1.n_rows IS 'Applications in the reference: those the model was fitted on, hold-out excluded.';
COMMENT ON COLUMN monitor.references_v1.frozen_at IS 'When it was frozen, UTC.';

CREATE TABLE monitor.reference_subjects_v1 (
  reference_id VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  value_type VARCHAR NOT NULL,
  importance DOUBLE
);
COMMENT ON TABLE monitor.reference_subjects_v1 IS 'One row per subject of a reference: what is watched.';
COMMENT ON COLUMN monitor.reference_subjects_v1.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_subjects_v1.subject IS 'Feature, application column, pd, score_points or decision.';
COMMENT ON COLUMN monitor.reference_subjects_v1.kind IS 'feature, score or decision.';
COMMENT ON COLUMN monitor.reference_subjects_v1.source IS 'Where its values stand: input (model input), column (application column that no feature covers), pd, score_points or decision.';
COMMENT ON COLUMN monitor.reference_subjects_v1.value_type IS 'number or text.';
COMMENT ON COLUMN monitor.reference_subjects_v1.importance IS 'Share of the subject in the gain of the model''s splits, 0 to 1; null for what is no model input.';

CREATE TABLE monitor.reference_bins_v1 (
  reference_id VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  bin INTEGER NOT NULL,
  role VARCHAR NOT NULL,
  lower DOUBLE,
  upper DOUBLE,
  label VARCHAR NOT NULL,
  n_reference BIGINT NOT NULL
);
COMMENT ON TABLE monitor.reference_bins_v1 IS 'One row per bin of a subject of a reference, with its reference rows.';
COMMENT ON COLUMN monitor.reference_bins_v1.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_bins_v1.subject IS 'Subject that is binned.';
COMMENT ON COLUMN monitor.reference_bins_v1.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.reference_bins_v1.bin IS 'Number of the bin, from 1, in the order of values.';
COMMENT ON COLUMN monitor.reference_bins_v1.role IS 'range, below, above, zero, one, level, rare, unseen or missing.';
COMMENT ON COLUMN monitor.reference_bins_v1.lower IS 'Lower edge, excluded; null where there is none.';
COMMENT ON COLUMN monitor.reference_bins_v1.upper IS 'Upper edge, included; null where there is none.';
COMMENT ON COLUMN monitor.reference_bins_v1.label IS 'The bin in words.';
COMMENT ON COLUMN monitor.reference_bins_v1.n_reference IS 'Reference rows in the bin.';

CREATE TABLE monitor.reference_levels_v1 (
  reference_id VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  level VARCHAR NOT NULL,
  bin INTEGER NOT NULL
);
COMMENT ON TABLE monitor.reference_levels_v1 IS 'One row per level of a text subject that the reference held.';
COMMENT ON COLUMN monitor.reference_levels_v1.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_levels_v1.subject IS 'Text subject.';
COMMENT ON COLUMN monitor.reference_levels_v1.level IS 'Level, as delivered.';
COMMENT ON COLUMN monitor.reference_levels_v1.bin IS 'Bin that counts it; rare levels share one, and any other level is unseen.';

CREATE TABLE monitor.reference_scores_v1 (
  model_version VARCHAR NOT NULL,
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  pd DOUBLE NOT NULL
);
COMMENT ON TABLE monitor.reference_scores_v1 IS 'One row per application that a model was fitted on, with the PD of trees that never saw it.';
COMMENT ON COLUMN monitor.reference_scores_v1.model_version IS 'Model version.';
COMMENT ON COLUMN monitor.reference_scores_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN monitor.reference_scores_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN monitor.reference_scores_v1.pd IS 'Out-of-fold calibrated probability of default, 0 to 1.';

CREATE TABLE monitor.counted_days_v1 (
  counted_on DATE NOT NULL,
  reference_id VARCHAR NOT NULL,
  n_versions BIGINT NOT NULL,
  versions_hash VARCHAR NOT NULL,
  lookback_days INTEGER NOT NULL,
  counted_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE monitor.counted_days_v1 IS 'One row per business date and reference whose applications are counted.';
COMMENT ON COLUMN monitor.counted_days_v1.counted_on IS 'Business date whose deliveries were counted.';
COMMENT ON COLUMN monitor.counted_days_v1.reference_id IS 'Reference whose bins were used.';
COMMENT ON COLUMN monitor.counted_days_v1.n_versions IS 'Application versions that were decided and not withdrawn on that date.';
COMMENT ON COLUMN monitor.counted_days_v1.versions_hash IS 'Fingerprint of those versions; the date, and later ones that look back to it, are counted again when it differs.';
COMMENT ON COLUMN monitor.counted_days_v1.lookback_days IS 'Days back within which a newer version takes an older one out: the longest window.';
COMMENT ON COLUMN monitor.counted_days_v1.counted_at IS 'When they were counted, UTC.';

CREATE TABLE monitor.daily_bins_v1 (
  counted_on DATE NOT NULL,
  business_date DATE NOT NULL,
  reference_id VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  bin INTEGER NOT NULL,
  n BIGINT NOT NULL
);
COMMENT ON TABLE monitor.daily_bins_v1 IS 'One row per business date of a count, business date of the applications, reference, subject, segment and bin; windows are sums.';
COMMENT ON COLUMN monitor.daily_bins_v1.counted_on IS 'Business date from which the count holds.';
COMMENT ON COLUMN monitor.daily_bins_v1.business_date IS 'Business date of the applications that are counted.';
COMMENT ON COLUMN monitor.daily_bins_v1.reference_id IS 'Reference whose bins were used.';
COMMENT ON COLUMN monitor.daily_bins_v1.subject IS 'Subject that is counted.';
COMMENT ON COLUMN monitor.daily_bins_v1.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.daily_bins_v1.bin IS 'Number of the bin.';
COMMENT ON COLUMN monitor.daily_bins_v1.n IS 'Applications; negative where a newer version took them out of an earlier date.';

CREATE TABLE monitor.drift_v1 (
  as_of DATE NOT NULL,
  window_days INTEGER NOT NULL,
  subject VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  psi DOUBLE,
  psi_noise DOUBLE,
  psi_limit DOUBLE,
  value DOUBLE,
  value_reference DOUBLE,
  value_limit DOUBLE,
  n_reference BIGINT,
  n_current BIGINT,
  days_expected INTEGER NOT NULL,
  days_seen INTEGER NOT NULL,
  missing_share_reference DOUBLE,
  missing_share_current DOUBLE,
  unseen_share DOUBLE,
  status VARCHAR NOT NULL,
  model_version VARCHAR NOT NULL,
  p_value DOUBLE,
  importance DOUBLE,
  proposes_retraining BOOLEAN NOT NULL,
  measured_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE monitor.drift_v1 IS 'One row per business date, window, subject, segment and kind that was measured.';
COMMENT ON COLUMN monitor.drift_v1.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN monitor.drift_v1.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN monitor.drift_v1.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN monitor.drift_v1.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.drift_v1.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN monitor.drift_v1.psi IS 'Population stability index against the reference, 0.5 added to every bin; null for kinds without bins.';
COMMENT ON COLUMN monitor.drift_v1.psi_noise IS 'PSI to expect without drift: (bins - 1)(1/n_current + 1/n_reference).';
COMMENT ON COLUMN monitor.drift_v1.psi_limit IS 'PSI from which the subject raises an alert.';
COMMENT ON COLUMN monitor.drift_v1.value IS 'The figure that is measured: a change or a share, by kind; null where PSI is the figure.';
COMMENT ON COLUMN monitor.drift_v1.value_reference IS 'The same figure in the reference.';
COMMENT ON COLUMN monitor.drift_v1.value_limit IS 'Change of the figure from which the subject raises an alert.';
COMMENT ON COLUMN monitor.drift_v1.n_reference IS 'Reference rows.';
COMMENT ON COLUMN monitor.drift_v1.n_current IS 'Applications in the window, each once in its newest version.';
COMMENT ON COLUMN monitor.drift_v1.days_expected IS 'Calendar days of the window.';
COMMENT ON COLUMN monitor.drift_v1.days_seen IS 'Days of the window with applications that count.';
COMMENT ON COLUMN monitor.drift_v1.missing_share_reference IS 'Share of reference rows without a value, 0 to 1.';
COMMENT ON COLUMN monitor.drift_v1.missing_share_current IS 'Share of the window''s applications without a value, 0 to 1.';
COMMENT ON COLUMN monitor.drift_v1.unseen_share IS 'Share of the window''s applications with a level that the reference did not hold, 0 to 1; null for numbers.';
COMMENT ON COLUMN monitor.drift_v1.status IS 'ok, watch, alert, or too_few where there are too few rows to judge.';
COMMENT ON COLUMN monitor.drift_v1.model_version IS 'Champion in force on the business date, whose reference was used.';
COMMENT ON COLUMN monitor.drift_v1.p_value IS 'Chance of a difference as large without drift; an alert needs less than the policy''s significance.';
COMMENT ON COLUMN monitor.drift_v1.importance IS 'Share of the subject in the gain of the model''s splits, 0 to 1; null for what is no model input.';
COMMENT ON COLUMN monitor.drift_v1.proposes_retraining IS 'Whether an alert is so strong that the policy proposes another training.';
COMMENT ON COLUMN monitor.drift_v1.measured_at IS 'When it was measured, UTC.';

CREATE TABLE monitor.drift_bins_v1 (
  as_of DATE NOT NULL,
  window_days INTEGER NOT NULL,
  subject VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  bin INTEGER NOT NULL,
  role VARCHAR NOT NULL,
  lower DOUBLE,
  upper DOUBLE,
  label VARCHAR NOT NULL,
  n_reference BIGINT NOT NULL,
  n_current BIGINT NOT NULL,
  contribution DOUBLE NOT NULL,
  model_version VARCHAR NOT NULL
);
COMMENT ON TABLE monitor.drift_bins_v1 IS 'One row per bin of a measured subject.';
COMMENT ON COLUMN monitor.drift_bins_v1.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN monitor.drift_bins_v1.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN monitor.drift_bins_v1.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN monitor.drift_bins_v1.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.drift_bins_v1.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN monitor.drift_bins_v1.bin IS 'Number of the bin, from 1, in the order of values.';
COMMENT ON COLUMN monitor.drift_bins_v1.role IS 'range, below, above, zero, one, level, rare, unseen or missing.';
COMMENT ON COLUMN monitor.drift_bins_v1.lower IS 'Lower edge, excluded; null where there is none.';
COMMENT ON COLUMN monitor.drift_bins_v1.upper IS 'Upper edge, included; null where there is none.';
COMMENT ON COLUMN monitor.drift_bins_v1.label IS 'The bin in words.';
COMMENT ON COLUMN monitor.drift_bins_v1.n_reference IS 'Reference rows in the bin.';
COMMENT ON COLUMN monitor.drift_bins_v1.n_current IS 'Applications of the window in the bin.';
COMMENT ON COLUMN monitor.drift_bins_v1.contribution IS 'Part of the PSI that the bin makes.';
COMMENT ON COLUMN monitor.drift_bins_v1.model_version IS 'Champion in force on the business date, whose reference was used.';

CREATE VIEW monitor.references AS SELECT reference_id, model_version, policy_sha256, n_rows, frozen_at FROM monitor.references_v1;
COMMENT ON VIEW monitor.references IS 'One row per frozen reference: a model version, or a model version under a policy (score points, decision mix).';
COMMENT ON COLUMN monitor.references.reference_id IS 'Key: the model version; followed by / and the start of the policy''s hash where the policy matters.';
COMMENT ON COLUMN monitor.references.model_version IS 'Model version that the reference was frozen with.';
COMMENT ON COLUMN monitor.references.policy_sha256 IS 'Policy that scaled the points and decided the mix; null where no policy matters.';
COMMENT ON COLUMN monitor.references.n_rows IS 'Applications in the reference: those the model was fitted on, hold-out excluded.';
COMMENT ON COLUMN monitor.references.frozen_at IS 'When it was frozen, UTC.';

CREATE VIEW monitor.reference_subjects AS SELECT reference_id, subject, kind, source, value_type, importance FROM monitor.reference_subjects_v1;
COMMENT ON VIEW monitor.reference_subjects IS 'One row per subject of a reference: what is watched.';
COMMENT ON COLUMN monitor.reference_subjects.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_subjects.subject IS 'Feature, application column, pd, score_points or decision.';
COMMENT ON COLUMN monitor.reference_subjects.kind IS 'feature, score or decision.';
COMMENT ON COLUMN monitor.reference_subjects.source IS 'Where its values stand: input (model input), column (application column that no feature covers), pd, score_points or decision.';
COMMENT ON COLUMN monitor.reference_subjects.value_type IS 'number or text.';
COMMENT ON COLUMN monitor.reference_subjects.importance IS 'Share of the subject in the gain of the model''s splits, 0 to 1; null for what is no model input.';

CREATE VIEW monitor.reference_bins AS SELECT reference_id, subject, segment, bin, role, lower, upper, label, n_reference FROM monitor.reference_bins_v1;
COMMENT ON VIEW monitor.reference_bins IS 'One row per bin of a subject of a reference, with its reference rows.';
COMMENT ON COLUMN monitor.reference_bins.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_bins.subject IS 'Subject that is binned.';
COMMENT ON COLUMN monitor.reference_bins.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.reference_bins.bin IS 'Number of the bin, from 1, in the order of values.';
COMMENT ON COLUMN monitor.reference_bins.role IS 'range, below, above, zero, one, level, rare, unseen or missing.';
COMMENT ON COLUMN monitor.reference_bins.lower IS 'Lower edge, excluded; null where there is none.';
COMMENT ON COLUMN monitor.reference_bins.upper IS 'Upper edge, included; null where there is none.';
COMMENT ON COLUMN monitor.reference_bins.label IS 'The bin in words.';
COMMENT ON COLUMN monitor.reference_bins.n_reference IS 'Reference rows in the bin.';

CREATE VIEW monitor.reference_levels AS SELECT reference_id, subject, level, bin FROM monitor.reference_levels_v1;
COMMENT ON VIEW monitor.reference_levels IS 'One row per level of a text subject that the reference held.';
COMMENT ON COLUMN monitor.reference_levels.reference_id IS 'Reference that it belongs to.';
COMMENT ON COLUMN monitor.reference_levels.subject IS 'Text subject.';
COMMENT ON COLUMN monitor.reference_levels.level IS 'Level, as delivered.';
COMMENT ON COLUMN monitor.reference_levels.bin IS 'Bin that counts it; rare levels share one, and any other level is unseen.';

CREATE VIEW monitor.reference_scores AS SELECT model_version, application_id, batch_id, pd FROM monitor.reference_scores_v1;
COMMENT ON VIEW monitor.reference_scores IS 'One row per application that a model was fitted on, with the PD of trees that never saw it.';
COMMENT ON COLUMN monitor.reference_scores.model_version IS 'Model version.';
COMMENT ON COLUMN monitor.reference_scores.application_id IS 'Applicant key.';
COMMENT ON COLUMN monitor.reference_scores.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN monitor.reference_scores.pd IS 'Out-of-fold calibrated probability of default, 0 to 1.';

CREATE VIEW monitor.counted_days AS SELECT counted_on, reference_id, n_versions, versions_hash, lookback_days, counted_at FROM monitor.counted_days_v1;
COMMENT ON VIEW monitor.counted_days IS 'One row per business date and reference whose applications are counted.';
COMMENT ON COLUMN monitor.counted_days.counted_on IS 'Business date whose deliveries were counted.';
COMMENT ON COLUMN monitor.counted_days.reference_id IS 'Reference whose bins were used.';
COMMENT ON COLUMN monitor.counted_days.n_versions IS 'Application versions that were decided and not withdrawn on that date.';
COMMENT ON COLUMN monitor.counted_days.versions_hash IS 'Fingerprint of those versions; the date, and later ones that look back to it, are counted again when it differs.';
COMMENT ON COLUMN monitor.counted_days.lookback_days IS 'Days back within which a newer version takes an older one out: the longest window.';
COMMENT ON COLUMN monitor.counted_days.counted_at IS 'When they were counted, UTC.';

CREATE VIEW monitor.daily_bins AS SELECT counted_on, business_date, reference_id, subject, segment, bin, n FROM monitor.daily_bins_v1;
COMMENT ON VIEW monitor.daily_bins IS 'One row per business date of a count, business date of the applications, reference, subject, segment and bin; windows are sums.';
COMMENT ON COLUMN monitor.daily_bins.counted_on IS 'Business date from which the count holds.';
COMMENT ON COLUMN monitor.daily_bins.business_date IS 'Business date of the applications that are counted.';
COMMENT ON COLUMN monitor.daily_bins.reference_id IS 'Reference whose bins were used.';
COMMENT ON COLUMN monitor.daily_bins.subject IS 'Subject that is counted.';
COMMENT ON COLUMN monitor.daily_bins.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.daily_bins.bin IS 'Number of the bin.';
COMMENT ON COLUMN monitor.daily_bins.n IS 'Applications; negative where a newer version took them out of an earlier date.';

CREATE VIEW monitor.drift AS SELECT as_of, window_days, subject, segment, kind, psi, psi_noise, psi_limit, value, value_reference, value_limit, n_reference, n_current, days_expected, days_seen, missing_share_reference, missing_share_current, unseen_share, status, model_version, p_value, importance, proposes_retraining, measured_at FROM monitor.drift_v1;
COMMENT ON VIEW monitor.drift IS 'One row per business date, window, subject, segment and kind that was measured.';
COMMENT ON COLUMN monitor.drift.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN monitor.drift.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN monitor.drift.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN monitor.drift.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.drift.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN monitor.drift.psi IS 'Population stability index against the reference, 0.5 added to every bin; null for kinds without bins.';
COMMENT ON COLUMN monitor.drift.psi_noise IS 'PSI to expect without drift: (bins - 1)(1/n_current + 1/n_reference).';
COMMENT ON COLUMN monitor.drift.psi_limit IS 'PSI from which the subject raises an alert.';
COMMENT ON COLUMN monitor.drift.value IS 'The figure that is measured: a change or a share, by kind; null where PSI is the figure.';
COMMENT ON COLUMN monitor.drift.value_reference IS 'The same figure in the reference.';
COMMENT ON COLUMN monitor.drift.value_limit IS 'Change of the figure from which the subject raises an alert.';
COMMENT ON COLUMN monitor.drift.n_reference IS 'Reference rows.';
COMMENT ON COLUMN monitor.drift.n_current IS 'Applications in the window, each once in its newest version.';
COMMENT ON COLUMN monitor.drift.days_expected IS 'Calendar days of the window.';
COMMENT ON COLUMN monitor.drift.days_seen IS 'Days of the window with applications that count.';
COMMENT ON COLUMN monitor.drift.missing_share_reference IS 'Share of reference rows without a value, 0 to 1.';
COMMENT ON COLUMN monitor.drift.missing_share_current IS 'Share of the window''s applications without a value, 0 to 1.';
COMMENT ON COLUMN monitor.drift.unseen_share IS 'Share of the window''s applications with a level that the reference did not hold, 0 to 1; null for numbers.';
COMMENT ON COLUMN monitor.drift.status IS 'ok, watch, alert, or too_few where there are too few rows to judge.';
COMMENT ON COLUMN monitor.drift.model_version IS 'Champion in force on the business date, whose reference was used.';
COMMENT ON COLUMN monitor.drift.p_value IS 'Chance of a difference as large without drift; an alert needs less than the policy''s significance.';
COMMENT ON COLUMN monitor.drift.importance IS 'Share of the subject in the gain of the model''s splits, 0 to 1; null for what is no model input.';
COMMENT ON COLUMN monitor.drift.proposes_retraining IS 'Whether an alert is so strong that the policy proposes another training.';
COMMENT ON COLUMN monitor.drift.measured_at IS 'When it was measured, UTC.';

CREATE VIEW monitor.drift_bins AS SELECT as_of, window_days, subject, segment, kind, bin, role, lower, upper, label, n_reference, n_current, contribution, model_version FROM monitor.drift_bins_v1;
COMMENT ON VIEW monitor.drift_bins IS 'One row per bin of a measured subject.';
COMMENT ON COLUMN monitor.drift_bins.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN monitor.drift_bins.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN monitor.drift_bins.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN monitor.drift_bins.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN monitor.drift_bins.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN monitor.drift_bins.bin IS 'Number of the bin, from 1, in the order of values.';
COMMENT ON COLUMN monitor.drift_bins.role IS 'range, below, above, zero, one, level, rare, unseen or missing.';
COMMENT ON COLUMN monitor.drift_bins.lower IS 'Lower edge, excluded; null where there is none.';
COMMENT ON COLUMN monitor.drift_bins.upper IS 'Upper edge, included; null where there is none.';
COMMENT ON COLUMN monitor.drift_bins.label IS 'The bin in words.';
COMMENT ON COLUMN monitor.drift_bins.n_reference IS 'Reference rows in the bin.';
COMMENT ON COLUMN monitor.drift_bins.n_current IS 'Applications of the window in the bin.';
COMMENT ON COLUMN monitor.drift_bins.contribution IS 'Part of the PSI that the bin makes.';
COMMENT ON COLUMN monitor.drift_bins.model_version IS 'Champion in force on the business date, whose reference was used.';

-- What a night counts: decided application versions of nightly deliveries that no later delivery of their day has withdrawn.
CREATE VIEW monitor.live_versions AS
SELECT d.application_id, d.batch_id, d.received_on
FROM score.decisions_v1 AS d
ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
WHERE d.origin = 'nightly';
COMMENT ON VIEW monitor.live_versions IS 'One row per application version that counts on its own business date.';
COMMENT ON COLUMN monitor.live_versions.application_id IS 'Applicant key.';
COMMENT ON COLUMN monitor.live_versions.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN monitor.live_versions.received_on IS 'Business date of the delivery.';

CREATE VIEW marts.drift AS
SELECT
  as_of, window_days, subject, segment, kind, psi, psi_noise,
  psi_limit, value, value_reference, value_limit, n_reference, n_current, days_expected,
  days_seen, missing_share_reference, missing_share_current, unseen_share, status, model_version, p_value,
  importance, proposes_retraining
FROM monitor.drift_v1;
COMMENT ON VIEW marts.drift IS 'One row per business date, window, subject, segment and kind that was measured.';
COMMENT ON COLUMN marts.drift.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN marts.drift.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN marts.drift.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN marts.drift.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN marts.drift.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN marts.drift.psi IS 'Population stability index against the reference, 0.5 added to every bin; null for kinds without bins.';
COMMENT ON COLUMN marts.drift.psi_noise IS 'PSI to expect without drift: (bins - 1)(1/n_current + 1/n_reference).';
COMMENT ON COLUMN marts.drift.psi_limit IS 'PSI from which the subject raises an alert.';
COMMENT ON COLUMN marts.drift.value IS 'The figure that is measured: a change or a share, by kind; null where PSI is the figure.';
COMMENT ON COLUMN marts.drift.value_reference IS 'The same figure in the reference.';
COMMENT ON COLUMN marts.drift.value_limit IS 'Change of the figure from which the subject raises an alert.';
COMMENT ON COLUMN marts.drift.n_reference IS 'Reference rows.';
COMMENT ON COLUMN marts.drift.n_current IS 'Applications in the window, each once in its newest version.';
COMMENT ON COLUMN marts.drift.days_expected IS 'Calendar days of the window.';
COMMENT ON COLUMN marts.drift.days_seen IS 'Days of the window with applications that count.';
COMMENT ON COLUMN marts.drift.missing_share_reference IS 'Share of reference rows without a value, 0 to 1.';
COMMENT ON COLUMN marts.drift.missing_share_current IS 'Share of the window''s applications without a value, 0 to 1.';
COMMENT ON COLUMN marts.drift.unseen_share IS 'Share of the window''s applications with a level that the reference did not hold, 0 to 1; null for numbers.';
COMMENT ON COLUMN marts.drift.status IS 'ok, watch, alert, or too_few where there are too few rows to judge.';
COMMENT ON COLUMN marts.drift.model_version IS 'Champion in force on the business date, whose reference was used.';
COMMENT ON COLUMN marts.drift.p_value IS 'Chance of a difference as large without drift; an alert needs less than the policy''s significance.';
COMMENT ON COLUMN marts.drift.importance IS 'Share of the subject in the gain of the model''s splits, 0 to 1; null for what is no model input.';
COMMENT ON COLUMN marts.drift.proposes_retraining IS 'Whether an alert is so strong that the policy proposes another training.';

CREATE VIEW marts.drift_bins AS
SELECT
  as_of, window_days, subject, segment, kind, bin, role,
  lower, upper, label, n_reference, n_current, contribution, model_version
FROM monitor.drift_bins_v1;
COMMENT ON VIEW marts.drift_bins IS 'One row per bin of a measured subject.';
COMMENT ON COLUMN marts.drift_bins.as_of IS 'Business date of the measurement.';
COMMENT ON COLUMN marts.drift_bins.window_days IS 'Calendar days of the window, the business date included.';
COMMENT ON COLUMN marts.drift_bins.subject IS 'Feature, application column, pd, score_points, decision, or another figure by its name.';
COMMENT ON COLUMN marts.drift_bins.segment IS 'Part of the applicants, as COLUMN=level; empty for all of them.';
COMMENT ON COLUMN marts.drift_bins.kind IS 'feature, score, decision, missing, unseen, volume, rate or freshness.';
COMMENT ON COLUMN marts.drift_bins.bin IS 'Number of the bin, from 1, in the order of values.';
COMMENT ON COLUMN marts.drift_bins.role IS 'range, below, above, zero, one, level, rare, unseen or missing.';
COMMENT ON COLUMN marts.drift_bins.lower IS 'Lower edge, excluded; null where there is none.';
COMMENT ON COLUMN marts.drift_bins.upper IS 'Upper edge, included; null where there is none.';
COMMENT ON COLUMN marts.drift_bins.label IS 'The bin in words.';
COMMENT ON COLUMN marts.drift_bins.n_reference IS 'Reference rows in the bin.';
COMMENT ON COLUMN marts.drift_bins.n_current IS 'Applications of the window in the bin.';
COMMENT ON COLUMN marts.drift_bins.contribution IS 'Part of the PSI that the bin makes.';
COMMENT ON COLUMN marts.drift_bins.model_version IS 'Champion in force on the business date, whose reference was used.';
