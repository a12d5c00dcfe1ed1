-- retraining: who asked for a training and what came of it, gates, reviews, promotions; at most one challenger.
CREATE TABLE registry.trainings_v1 (
  request_id VARCHAR NOT NULL,
  model_version VARCHAR NOT NULL,
  requested_by VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  parameters JSON NOT NULL,
  record_sha256 VARCHAR NOT NULL,
  trained_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE registry.trainings_v1 IS 'One row per training that registered a version: who asked for it, why and with what.';
COMMENT ON COLUMN registry.trainings_v1.request_id IS 'Key of the request; asked again with the same key, the version that it gave is found.';
COMMENT ON COLUMN registry.trainings_v1.model_version IS 'Model version that came of it.';
COMMENT ON COLUMN registry.trainings_v1.requested_by IS 'Who asked for it; another person has to approve.';
COMMENT ON COLUMN registry.trainings_v1.reason IS 'Why, in the words of the requester; empty if none were given.';
COMMENT ON COLUMN registry.trainings_v1.parameters IS 'Parameters of the training, defaults included.';
COMMENT ON COLUMN registry.trainings_v1.record_sha256 IS 'SHA-256 of training.json beside the model.';
COMMENT ON COLUMN registry.trainings_v1.trained_at IS 'When the version was registered, UTC.';
CREATE VIEW registry.trainings AS SELECT request_id, model_version, requested_by, reason, parameters, record_sha256, trained_at FROM registry.trainings_v1;
COMMENT ON VIEW registry.trainings IS 'One row per training that registered a version: who asked for it, why and with what.';
COMMENT ON COLUMN registry.trainings.request_id IS 'Key of the request; asked again with the same key, the version that it gave is found.';
COMMENT ON COLUMN registry.trainings.model_version IS 'Model version that came of it.';
COMMENT ON COLUMN registry.trainings.requested_by IS 'Who asked for it; another person has to approve.';
COMMENT ON COLUMN registry.trainings.reason IS 'Why, in the words of the requester; empty if none were given.';
COMMENT ON COLUMN registry.trainings.parameters IS 'Parameters of the training, defaults included.';
COMMENT ON COLUMN registry.trainings.record_sha256 IS 'SHA-256 of training.json beside the model.';
COMMENT ON COLUMN registry.trainings.trained_at IS 'When the version was registered, UTC.';

CREATE TABLE registry.candidates_v1 (
  model_version VARCHAR NOT NULL,
  candidate VARCHAR NOT NULL,
  may_become_champion BOOLEAN NOT NULL,
  auc DOUBLE,
  auc_lower DOUBLE,
  auc_upper DOUBLE,
  cost DOUBLE,
  cost_lower DOUBLE,
  cost_upper DOUBLE,
  auc_difference DOUBLE,
  auc_difference_lower DOUBLE,
  auc_difference_upper DOUBLE,
  cost_difference DOUBLE,
  cost_difference_lower DOUBLE,
  cost_difference_upper DOUBLE,
  threshold DOUBLE NOT NULL,
  seconds DOUBLE NOT NULL
);
COMMENT ON TABLE registry.candidates_v1 IS 'One row per candidate of a training, on the hold-out that all of them share.';
COMMENT ON COLUMN registry.candidates_v1.model_version IS 'Model version.';
COMMENT ON COLUMN registry.candidates_v1.candidate IS 'Name of the candidate.';
COMMENT ON COLUMN registry.candidates_v1.may_become_champion IS 'Whether it is what was registered; the others are the yardstick.';
COMMENT ON COLUMN registry.candidates_v1.auc IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN registry.candidates_v1.auc_lower IS 'Lower 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN registry.candidates_v1.auc_upper IS 'Upper 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN registry.candidates_v1.cost IS '(10 FN + FP)/n on the hold-out at the candidate''s own threshold.';
COMMENT ON COLUMN registry.candidates_v1.cost_lower IS 'Lower 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN registry.candidates_v1.cost_upper IS 'Upper 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN registry.candidates_v1.auc_difference IS 'AUC minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN registry.candidates_v1.auc_difference_lower IS 'Lower 95 % bound of the difference of AUC.';
COMMENT ON COLUMN registry.candidates_v1.auc_difference_upper IS 'Upper 95 % bound of the difference of AUC.';
COMMENT ON COLUMN registry.candidates_v1.cost_difference IS 'Cost minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN registry.candidates_v1.cost_difference_lower IS 'Lower 95 % bound of the difference of cost.';
COMMENT ON COLUMN registry.candidates_v1.cost_difference_upper IS 'Upper 95 % bound of the difference of cost.';
COMMENT ON COLUMN registry.candidates_v1.threshold IS 'PD from which the candidate no longer grants, chosen on out-of-fold predictions.';
COMMENT ON COLUMN registry.candidates_v1.seconds IS 'Time that fitting and measuring took, in seconds.';
CREATE VIEW registry.candidates AS SELECT model_version, candidate, may_become_champion, auc, auc_lower, auc_upper, cost, cost_lower, cost_upper, auc_difference, auc_difference_lower, auc_difference_upper, cost_difference, cost_difference_lower, cost_difference_upper, threshold, seconds FROM registry.candidates_v1;
COMMENT ON VIEW registry.candidates IS 'One row per candidate of a training, on the hold-out that all of them share.';
COMMENT ON COLUMN registry.candidates.model_version IS 'Model version.';
COMMENT ON COLUMN registry.candidates.candidate IS 'Name of the candidate.';
COMMENT ON COLUMN registry.candidates.may_become_champion IS 'Whether it is what was registered; the others are the yardstick.';
COMMENT ON COLUMN registry.candidates.auc IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN registry.candidates.auc_lower IS 'Lower 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN registry.candidates.auc_upper IS 'Upper 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN registry.candidates.cost IS '(10 FN + FP)/n on the hold-out at the candidate''s own threshold.';
COMMENT ON COLUMN registry.candidates.cost_lower IS 'Lower 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN registry.candidates.cost_upper IS 'Upper 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN registry.candidates.auc_difference IS 'AUC minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN registry.candidates.auc_difference_lower IS 'Lower 95 % bound of the difference of AUC.';
COMMENT ON COLUMN registry.candidates.auc_difference_upper IS 'Upper 95 % bound of the difference of AUC.';
COMMENT ON COLUMN registry.candidates.cost_difference IS 'Cost minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN registry.candidates.cost_difference_lower IS 'Lower 95 % bound of the difference of cost.';
COMMENT ON COLUMN registry.candidates.cost_difference_upper IS 'Upper 95 % bound of the difference of cost.';
COMMENT ON COLUMN registry.candidates.threshold IS 'PD from which the candidate no longer grants, chosen on out-of-fold predictions.';
COMMENT ON COLUMN registry.candidates.seconds IS 'Time that fitting and measuring took, in seconds.';

CREATE TABLE registry.holdout_scores_v1 (
  model_version VARCHAR NOT NULL,
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  target TINYINT NOT NULL,
  pd DOUBLE NOT NULL
);
COMMENT ON TABLE registry.holdout_scores_v1 IS 'One row per application of a version''s hold-out, with its outcome and PD; the version never saw it while it was fitted.';
COMMENT ON COLUMN registry.holdout_scores_v1.model_version IS 'Model version.';
COMMENT ON COLUMN registry.holdout_scores_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN registry.holdout_scores_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN registry.holdout_scores_v1.target IS '1 default, 0 repaid, as known at the training.';
COMMENT ON COLUMN registry.holdout_scores_v1.pd IS 'Calibrated probability of default by the version, 0 to 1.';
CREATE VIEW registry.holdout_scores AS SELECT model_version, application_id, batch_id, target, pd FROM registry.holdout_scores_v1;
COMMENT ON VIEW registry.holdout_scores IS 'One row per application of a version''s hold-out, with its outcome and PD; the version never saw it while it was fitted.';
COMMENT ON COLUMN registry.holdout_scores.model_version IS 'Model version.';
COMMENT ON COLUMN registry.holdout_scores.application_id IS 'Applicant key.';
COMMENT ON COLUMN registry.holdout_scores.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN registry.holdout_scores.target IS '1 default, 0 repaid, as known at the training.';
COMMENT ON COLUMN registry.holdout_scores.pd IS 'Calibrated probability of default by the version, 0 to 1.';

CREATE TABLE registry.gates_v1 (
  gate_id INTEGER NOT NULL,
  model_version VARCHAR NOT NULL,
  champion_version VARCHAR NOT NULL,
  policy_sha256 VARCHAR NOT NULL,
  verdict VARCHAR NOT NULL,
  content JSON NOT NULL,
  evaluated_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE registry.gates_v1 IS 'One row per comparison of a version with the champion of its time on rows that neither was fitted on.';
COMMENT ON COLUMN registry.gates_v1.gate_id IS 'Running number; the last one of a version counts.';
COMMENT ON COLUMN registry.gates_v1.model_version IS 'Version that was compared.';
COMMENT ON COLUMN registry.gates_v1.champion_version IS 'Champion that it was compared with; the result holds only while it is champion.';
COMMENT ON COLUMN registry.gates_v1.policy_sha256 IS 'Policy whose limits judged.';
COMMENT ON COLUMN registry.gates_v1.verdict IS 'pass, fail or not_enough_data.';
COMMENT ON COLUMN registry.gates_v1.content IS 'Figures, fairness table and findings.';
COMMENT ON COLUMN registry.gates_v1.evaluated_at IS 'When it was evaluated, UTC.';
CREATE VIEW registry.gates AS SELECT gate_id, model_version, champion_version, policy_sha256, verdict, content, evaluated_at FROM registry.gates_v1;
COMMENT ON VIEW registry.gates IS 'One row per comparison of a version with the champion of its time on rows that neither was fitted on.';
COMMENT ON COLUMN registry.gates.gate_id IS 'Running number; the last one of a version counts.';
COMMENT ON COLUMN registry.gates.model_version IS 'Version that was compared.';
COMMENT ON COLUMN registry.gates.champion_version IS 'Champion that it was compared with; the result holds only while it is champion.';
COMMENT ON COLUMN registry.gates.policy_sha256 IS 'Policy whose limits judged.';
COMMENT ON COLUMN registry.gates.verdict IS 'pass, fail or not_enough_data.';
COMMENT ON COLUMN registry.gates.content IS 'Figures, fairness table and findings.';
COMMENT ON COLUMN registry.gates.evaluated_at IS 'When it was evaluated, UTC.';

CREATE TABLE registry.reviews_v1 (
  review_id INTEGER NOT NULL,
  model_version VARCHAR NOT NULL,
  decision VARCHAR NOT NULL,
  reviewed_by VARCHAR NOT NULL,
  comment VARCHAR NOT NULL,
  gate_id INTEGER,
  reviewed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE registry.reviews_v1 IS 'One row per decision of a person on a version, appended and never edited.';
COMMENT ON COLUMN registry.reviews_v1.review_id IS 'Running number.';
COMMENT ON COLUMN registry.reviews_v1.model_version IS 'Version that was reviewed.';
COMMENT ON COLUMN registry.reviews_v1.decision IS 'approve or reject; a rejected version stays rejected.';
COMMENT ON COLUMN registry.reviews_v1.reviewed_by IS 'Who decided.';
COMMENT ON COLUMN registry.reviews_v1.comment IS 'Why, in the words of the reviewer.';
COMMENT ON COLUMN registry.reviews_v1.gate_id IS 'Gate that lay before the reviewer; null if there was none.';
COMMENT ON COLUMN registry.reviews_v1.reviewed_at IS 'When it was recorded, UTC.';
CREATE VIEW registry.reviews AS SELECT review_id, model_version, decision, reviewed_by, comment, gate_id, reviewed_at FROM registry.reviews_v1;
COMMENT ON VIEW registry.reviews IS 'One row per decision of a person on a version, appended and never edited.';
COMMENT ON COLUMN registry.reviews.review_id IS 'Running number.';
COMMENT ON COLUMN registry.reviews.model_version IS 'Version that was reviewed.';
COMMENT ON COLUMN registry.reviews.decision IS 'approve or reject; a rejected version stays rejected.';
COMMENT ON COLUMN registry.reviews.reviewed_by IS 'Who decided.';
COMMENT ON COLUMN registry.reviews.comment IS 'Why, in the words of the reviewer.';
COMMENT ON COLUMN registry.reviews.gate_id IS 'Gate that lay before the reviewer; null if there was none.';
COMMENT ON COLUMN registry.reviews.reviewed_at IS 'When it was recorded, UTC.';

ALTER TABLE registry.models_v1 ADD COLUMN model_number INTEGER;
COMMENT ON COLUMN registry.models_v1.model_number IS 'Running number in the order of registration.';
UPDATE registry.models_v1 SET model_number = numbered.model_number
FROM (
  SELECT model_version, row_number() OVER (ORDER BY trained_at, model_version) AS model_number FROM registry.models_v1
) AS numbered
WHERE numbered.model_version = registry.models_v1.model_version;
CREATE OR REPLACE VIEW registry.models AS
SELECT model_version, trained_at, trained_as_of, n_rows, auc, gini, ks, brier, cost, threshold, feature_set_id, policy_sha256, sha256, manifest, model_number
FROM registry.models_v1;
COMMENT ON VIEW registry.models IS 'One row per registered model version.';
COMMENT ON COLUMN registry.models.model_version IS 'Key of the version: trained-as-of date and a running number.';
COMMENT ON COLUMN registry.models.trained_at IS 'When it was trained, UTC.';
COMMENT ON COLUMN registry.models.trained_as_of IS 'Business date of the training; only outcomes mature on it were used.';
COMMENT ON COLUMN registry.models.n_rows IS 'Applications it was fitted on, hold-out excluded.';
COMMENT ON COLUMN registry.models.auc IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN registry.models.gini IS 'Gini on the hold-out: 2 AUC - 1.';
COMMENT ON COLUMN registry.models.ks IS 'Kolmogorov-Smirnov distance of bads and goods on the hold-out, 0 to 1.';
COMMENT ON COLUMN registry.models.brier IS 'Mean squared error of the PD on the hold-out.';
COMMENT ON COLUMN registry.models.cost IS '(10 FN + FP)/n on the hold-out at the threshold; review counts as refusal.';
COMMENT ON COLUMN registry.models.threshold IS 'PD from which a loan is no longer granted, chosen on out-of-fold predictions.';
COMMENT ON COLUMN registry.models.feature_set_id IS 'Feature set that the model reads.';
COMMENT ON COLUMN registry.models.policy_sha256 IS 'Policy whose costs chose the threshold.';
COMMENT ON COLUMN registry.models.sha256 IS 'SHA-256 of the LightGBM text and the manifest together.';
COMMENT ON COLUMN registry.models.manifest IS 'The manifest: features in order, levels, calibration, threshold, window, metrics.';
COMMENT ON COLUMN registry.models.model_number IS 'Running number in the order of registration.';

ALTER TABLE registry.promotions_v1 ADD COLUMN requested_by VARCHAR;
ALTER TABLE registry.promotions_v1 ADD COLUMN gate_id INTEGER;
ALTER TABLE registry.promotions_v1 ADD COLUMN policy_sha256 VARCHAR;
COMMENT ON COLUMN registry.promotions_v1.requested_by IS 'Who asked for the training of the version; null for the bootstrap, a rollback, and promotions recorded before this column.';
COMMENT ON COLUMN registry.promotions_v1.gate_id IS 'Gate that it passed; null for the bootstrap and a rollback.';
COMMENT ON COLUMN registry.promotions_v1.policy_sha256 IS 'Policy in force when it was recorded; null for promotions recorded before this column.';
CREATE OR REPLACE VIEW registry.promotions AS
SELECT promotion_id, kind, model_version, former_model_version, effective_on, approved_by, reason, promoted_at, requested_by, gate_id, policy_sha256
FROM registry.promotions_v1;
COMMENT ON VIEW registry.promotions IS 'One row per change of champion; the last one effective on a business date names its champion.';
COMMENT ON COLUMN registry.promotions.promotion_id IS 'Running number.';
COMMENT ON COLUMN registry.promotions.kind IS 'bootstrap, promotion or rollback.';
COMMENT ON COLUMN registry.promotions.model_version IS 'Champion from then on.';
COMMENT ON COLUMN registry.promotions.former_model_version IS 'Champion until then; null for the bootstrap.';
COMMENT ON COLUMN registry.promotions.effective_on IS 'First business date on which it decides.';
COMMENT ON COLUMN registry.promotions.approved_by IS 'Who approved it; bootstrap approves itself.';
COMMENT ON COLUMN registry.promotions.reason IS 'Why, in the words of the approver.';
COMMENT ON COLUMN registry.promotions.promoted_at IS 'When it was recorded, UTC.';
COMMENT ON COLUMN registry.promotions.requested_by IS 'Who asked for the training of the version; null for the bootstrap, a rollback, and promotions recorded before this column.';
COMMENT ON COLUMN registry.promotions.gate_id IS 'Gate that it passed; null for the bootstrap and a rollback.';
COMMENT ON COLUMN registry.promotions.policy_sha256 IS 'Policy in force when it was recorded; null for promotions recorded before this column.';

CREATE VIEW marts.promotions AS
SELECT promotion_id, kind, model_version, former_model_version, effective_on, approved_by, reason, promoted_at, requested_by, gate_id, policy_sha256
FROM registry.promotions_v1;
COMMENT ON VIEW marts.promotions IS 'One row per change of champion; the last one effective on a business date names its champion.';
COMMENT ON COLUMN marts.promotions.promotion_id IS 'Running number.';
COMMENT ON COLUMN marts.promotions.kind IS 'bootstrap, promotion or rollback.';
COMMENT ON COLUMN marts.promotions.model_version IS 'Champion from then on.';
COMMENT ON COLUMN marts.promotions.former_model_version IS 'Champion until then; null for the bootstrap.';
COMMENT ON COLUMN marts.promotions.effective_on IS 'First business date on which it decides.';
COMMENT ON COLUMN marts.promotions.approved_by IS 'Who approved it; bootstrap approves itself.';
COMMENT ON COLUMN marts.promotions.reason IS 'Why, in the words of the approver.';
COMMENT ON COLUMN marts.promotions.promoted_at IS 'When it was recorded, UTC.';
COMMENT ON COLUMN marts.promotions.requested_by IS 'Who asked for the training of the version; null for the bootstrap, a rollback, and promotions recorded before this column.';
COMMENT ON COLUMN marts.promotions.gate_id IS 'Gate that it passed; null for the bootstrap and a rollback.';
COMMENT ON COLUMN marts.promotions.policy_sha256 IS 'Policy in force when it was recorded; null for promotions recorded before this column.';

CREATE OR REPLACE VIEW marts.models AS
WITH champion AS (SELECT max_by(p.model_version, p.promotion_id) AS model_version FROM registry.promotions_v1 AS p),
was_champion AS (SELECT DISTINCT p.model_version FROM registry.promotions_v1 AS p),
rejected AS (SELECT DISTINCT r.model_version FROM registry.reviews_v1 AS r WHERE r.decision = 'reject'),
-- The newest version that nobody rejected, among those registered after every version that ever was champion: at most one.
challenger AS (
  SELECT max_by(m.model_version, m.model_number) AS model_version
  FROM registry.models_v1 AS m
  ANTI JOIN rejected AS r ON r.model_version = m.model_version
  WHERE m.model_number > (
    SELECT coalesce(max(f.model_number), 0)
    FROM registry.models_v1 AS f
    SEMI JOIN was_champion AS w ON w.model_version = f.model_version
  )
)
SELECT
  m.model_version,
  CASE
    WHEN m.model_version = (SELECT c.model_version FROM champion AS c) THEN 'champion'
    WHEN m.model_version = (SELECT c.model_version FROM challenger AS c) THEN 'challenger'
    ELSE 'retired'
  END AS role,
  m.trained_at, m.n_rows, m.auc, m.gini, m.ks, m.brier, m.cost, m.threshold, m.sha256, m.trained_as_of,
  t.requested_by, t.reason, m.model_number
FROM registry.models_v1 AS m
LEFT JOIN registry.trainings_v1 AS t ON t.model_version = m.model_version;
COMMENT ON VIEW marts.models IS 'One row per model version.';
COMMENT ON COLUMN marts.models.model_version IS 'Key of the version.';
COMMENT ON COLUMN marts.models.role IS 'champion (promoted last), challenger (the newest version that was not rejected, registered after every version that ever was champion; at most one) or retired.';
COMMENT ON COLUMN marts.models.trained_at IS 'When it was trained, UTC.';
COMMENT ON COLUMN marts.models.n_rows IS 'Applications it was fitted on, hold-out excluded.';
COMMENT ON COLUMN marts.models.auc IS 'Area under the ROC curve on the hold-out.';
COMMENT ON COLUMN marts.models.gini IS 'Gini on the hold-out: 2 AUC - 1.';
COMMENT ON COLUMN marts.models.ks IS 'Kolmogorov-Smirnov distance on the hold-out, 0 to 1.';
COMMENT ON COLUMN marts.models.brier IS 'Mean squared error of the PD on the hold-out.';
COMMENT ON COLUMN marts.models.cost IS '(10 FN + FP)/n on the hold-out at the threshold; review counts as refusal.';
COMMENT ON COLUMN marts.models.threshold IS 'PD from which a loan is no longer granted.';
COMMENT ON COLUMN marts.models.sha256 IS 'SHA-256 of the manifest, which holds that of the LightGBM text.';
COMMENT ON COLUMN marts.models.trained_as_of IS 'Business date of the training.';
COMMENT ON COLUMN marts.models.requested_by IS 'Who asked for the training; null if it is not on record.';
COMMENT ON COLUMN marts.models.reason IS 'Why it was trained, in the words of the requester; null if it is not on record.';
COMMENT ON COLUMN marts.models.model_number IS 'Running number in the order of registration.';

CREATE VIEW marts.candidates AS
SELECT model_version, candidate, may_become_champion, auc, auc_lower, auc_upper, cost, cost_lower, cost_upper, auc_difference, auc_difference_lower, auc_difference_upper, cost_difference, cost_difference_lower, cost_difference_upper, threshold, seconds
FROM registry.candidates_v1;
COMMENT ON VIEW marts.candidates IS 'One row per candidate of a training, on the hold-out that all of them share.';
COMMENT ON COLUMN marts.candidates.model_version IS 'Model version.';
COMMENT ON COLUMN marts.candidates.candidate IS 'Name of the candidate.';
COMMENT ON COLUMN marts.candidates.may_become_champion IS 'Whether it is what was registered; the others are the yardstick.';
COMMENT ON COLUMN marts.candidates.auc IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN marts.candidates.auc_lower IS 'Lower 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN marts.candidates.auc_upper IS 'Upper 95 % bootstrap bound of the AUC.';
COMMENT ON COLUMN marts.candidates.cost IS '(10 FN + FP)/n on the hold-out at the candidate''s own threshold.';
COMMENT ON COLUMN marts.candidates.cost_lower IS 'Lower 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN marts.candidates.cost_upper IS 'Upper 95 % bootstrap bound of the cost.';
COMMENT ON COLUMN marts.candidates.auc_difference IS 'AUC minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN marts.candidates.auc_difference_lower IS 'Lower 95 % bound of the difference of AUC.';
COMMENT ON COLUMN marts.candidates.auc_difference_upper IS 'Upper 95 % bound of the difference of AUC.';
COMMENT ON COLUMN marts.candidates.cost_difference IS 'Cost minus that of LightGBM, paired on the same resamples; null for LightGBM itself.';
COMMENT ON COLUMN marts.candidates.cost_difference_lower IS 'Lower 95 % bound of the difference of cost.';
COMMENT ON COLUMN marts.candidates.cost_difference_upper IS 'Upper 95 % bound of the difference of cost.';
COMMENT ON COLUMN marts.candidates.threshold IS 'PD from which the candidate no longer grants, chosen on out-of-fold predictions.';
COMMENT ON COLUMN marts.candidates.seconds IS 'Time that fitting and measuring took, in seconds.';

CREATE VIEW marts.reviews AS
SELECT review_id, model_version, decision, reviewed_by, comment, gate_id, reviewed_at
FROM registry.reviews_v1;
COMMENT ON VIEW marts.reviews IS 'One row per decision of a person on a version.';
COMMENT ON COLUMN marts.reviews.review_id IS 'Running number.';
COMMENT ON COLUMN marts.reviews.model_version IS 'Version that was reviewed.';
COMMENT ON COLUMN marts.reviews.decision IS 'approve or reject; a rejected version stays rejected.';
COMMENT ON COLUMN marts.reviews.reviewed_by IS 'Who decided.';
COMMENT ON COLUMN marts.reviews.comment IS 'Why, in the words of the reviewer.';
COMMENT ON COLUMN marts.reviews.gate_id IS 'Gate that lay before the reviewer; null if there was none.';
COMMENT ON COLUMN marts.reviews.reviewed_at IS 'When it was recorded, UTC.';

CREATE VIEW marts.gates AS
SELECT
  gate_id,
  model_version,
  champion_version,
  policy_sha256,
  verdict,
  CAST(content ->> '$.comparison.n_rows' AS BIGINT) AS n_rows,
  CAST(content ->> '$.comparison.n_bad' AS BIGINT) AS n_bad,
  CAST(content ->> '$.comparison.auc_challenger' AS DOUBLE) AS auc_challenger,
  CAST(content ->> '$.comparison.auc_champion' AS DOUBLE) AS auc_champion,
  CAST(content ->> '$.comparison.auc_difference.value' AS DOUBLE) AS auc_difference,
  CAST(content ->> '$.comparison.auc_difference.lower' AS DOUBLE) AS auc_difference_lower,
  CAST(content ->> '$.comparison.auc_difference.upper' AS DOUBLE) AS auc_difference_upper,
  CAST(content ->> '$.comparison.cost_challenger' AS DOUBLE) AS cost_challenger,
  CAST(content ->> '$.comparison.cost_champion' AS DOUBLE) AS cost_champion,
  CAST(content ->> '$.comparison.cost_difference.value' AS DOUBLE) AS cost_difference,
  CAST(content ->> '$.comparison.cost_difference.upper' AS DOUBLE) AS cost_difference_upper,
  CAST(content ->> '$.comparison.calibration_slope.value' AS DOUBLE) AS calibration_slope,
  CAST(content ->> '$.comparison.calibration_ratio.value' AS DOUBLE) AS calibration_ratio,
  evaluated_at
FROM registry.gates_v1;
COMMENT ON VIEW marts.gates IS 'One row per comparison of a version with the champion of its time; null figures where the rows could not give them.';
COMMENT ON COLUMN marts.gates.gate_id IS 'Running number; the last one of a version counts.';
COMMENT ON COLUMN marts.gates.model_version IS 'Version that was compared.';
COMMENT ON COLUMN marts.gates.champion_version IS 'Champion that it was compared with; the result holds only while it is champion.';
COMMENT ON COLUMN marts.gates.policy_sha256 IS 'Policy whose limits judged.';
COMMENT ON COLUMN marts.gates.verdict IS 'pass, fail or not_enough_data.';
COMMENT ON COLUMN marts.gates.n_rows IS 'Rows compared: of the version''s hold-out, without applicants that either model was fitted on.';
COMMENT ON COLUMN marts.gates.n_bad IS 'Defaults among them.';
COMMENT ON COLUMN marts.gates.auc_challenger IS 'AUC of the version on them.';
COMMENT ON COLUMN marts.gates.auc_champion IS 'AUC of the champion on them.';
COMMENT ON COLUMN marts.gates.auc_difference IS 'AUC of the version minus that of the champion.';
COMMENT ON COLUMN marts.gates.auc_difference_lower IS 'Lower bound of the difference of AUC, paired bootstrap.';
COMMENT ON COLUMN marts.gates.auc_difference_upper IS 'Upper bound of the difference of AUC, paired bootstrap.';
COMMENT ON COLUMN marts.gates.cost_challenger IS '(10 FN + FP)/n of the version at its threshold; review counts as refusal.';
COMMENT ON COLUMN marts.gates.cost_champion IS '(10 FN + FP)/n of the champion at its threshold; review counts as refusal.';
COMMENT ON COLUMN marts.gates.cost_difference IS 'Cost of the version minus that of the champion.';
COMMENT ON COLUMN marts.gates.cost_difference_upper IS 'One-sided upper 95 % bound of the extra cost, paired bootstrap.';
COMMENT ON COLUMN marts.gates.calibration_slope IS 'Slope of default on the log-odds of the version''s PD; 1 is right.';
COMMENT ON COLUMN marts.gates.calibration_ratio IS 'Observed over expected defaults of the version; 1 is right.';
COMMENT ON COLUMN marts.gates.evaluated_at IS 'When it was evaluated, UTC.';

CREATE VIEW marts.gate_findings AS
WITH listed AS (
  SELECT
    gate_id, model_version,
    from_json(content -> '$.comparison.findings', '[{"rule": "VARCHAR", "verdict": "VARCHAR", "expected": "VARCHAR", "found": "VARCHAR"}]') AS findings
  FROM registry.gates_v1
),
numbered AS (
  SELECT gate_id, model_version, unnest(findings) AS finding, generate_subscripts(findings, 1) AS position
  FROM listed
)
SELECT
  gate_id, model_version, position, finding.rule AS rule, finding.verdict AS verdict, finding.expected AS expected, finding.found AS found
FROM numbered;
COMMENT ON VIEW marts.gate_findings IS 'One row per gate and rule.';
COMMENT ON COLUMN marts.gate_findings.gate_id IS 'Gate.';
COMMENT ON COLUMN marts.gate_findings.model_version IS 'Version that was compared.';
COMMENT ON COLUMN marts.gate_findings.position IS 'Place of the rule, from 1.';
COMMENT ON COLUMN marts.gate_findings.rule IS 'Rule: rows, auc, cost, calibration_slope, calibration_ratio, fairness or policy.';
COMMENT ON COLUMN marts.gate_findings.verdict IS 'pass, fail or not_enough_data.';
COMMENT ON COLUMN marts.gate_findings.expected IS 'What the rule asks.';
COMMENT ON COLUMN marts.gate_findings.found IS 'What was found, in counts and figures.';
