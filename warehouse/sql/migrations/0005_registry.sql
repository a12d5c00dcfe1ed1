-- registry: models, who is champion since when, which policy is in force since when, which feature sets exist.
CREATE SCHEMA registry;
CREATE TABLE registry.models_v1 (
  model_version VARCHAR NOT NULL,
  trained_at TIMESTAMP NOT NULL,
  trained_as_of DATE NOT NULL,
  n_rows BIGINT NOT NULL,
  auc DOUBLE NOT NULL,
  gini DOUBLE NOT NULL,
  ks DOUBLE NOT NULL,
  brier DOUBLE NOT NULL,
  cost DOUBLE NOT NULL,
  threshold DOUBLE NOT NULL,
  feature_set_id VARCHAR NOT NULL,
  policy_sha256 VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL,
  manifest JSON NOT NULL
);
COMMENT ON TABLE registry.models_v1 IS 'One row per registered model version.';
COMMENT ON COLUMN registry.models_v1.model_version IS 'Key of the version: trained-as-of date and a running number.';
COMMENT ON COLUMN registry.models_v1.trained_at IS 'When it was trained, UTC.';
COMMENT ON COLUMN registry.models_v1.trained_as_of IS 'Business date of the training; only outcomes mature on it were used.';
COMMENT ON COLUMN registry.models_v1.n_rows IS 'Applications it was fitted on, hold-out excluded.';
COMMENT ON COLUMN registry.models_v1.auc IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN registry.models_v1.gini IS 'Gini on the hold-out: 2 AUC - 1.';
COMMENT ON COLUMN registry.models_v1.ks IS 'Kolmogorov-Smirnov distance of bads and goods on the hold-out, 0 to 1.';
COMMENT ON COLUMN registry.models_v1.brier IS 'Mean squared error of the PD on the hold-out.';
COMMENT ON COLUMN registry.models_v1.cost IS '(10 FN + FP)/n on the hold-out at the threshold; review counts as refusal.';
COMMENT ON COLUMN registry.models_v1.threshold IS 'PD from which a loan is no longer granted, chosen on out-of-fold predictions.';
COMMENT ON COLUMN registry.models_v1.feature_set_id IS 'Feature set that the model reads.';
COMMENT ON COLUMN registry.models_v1.policy_sha256 IS 'Policy whose costs chose the threshold.';
COMMENT ON COLUMN registry.models_v1.sha256 IS 'SHA-256 of the LightGBM text and the manifest together.';
COMMENT ON COLUMN registry.models_v1.manifest IS 'The manifest: features in order, levels, calibration, threshold, window, metrics.';

CREATE TABLE registry.promotions_v1 (
  promotion_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  model_version VARCHAR NOT NULL,
  former_model_version VARCHAR,
  effective_on DATE NOT NULL,
  approved_by VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  promoted_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE registry.promotions_v1 IS 'One row per change of champion; the last one effective on a business date names its champion.';
COMMENT ON COLUMN registry.promotions_v1.promotion_id IS 'Running number.';
COMMENT ON COLUMN registry.promotions_v1.kind IS 'bootstrap, promotion or rollback.';
COMMENT ON COLUMN registry.promotions_v1.model_version IS 'Champion from then on.';
COMMENT ON COLUMN registry.promotions_v1.former_model_version IS 'Champion until then; null for the bootstrap.';
COMMENT ON COLUMN registry.promotions_v1.effective_on IS 'First business date on which it decides.';
COMMENT ON COLUMN registry.promotions_v1.approved_by IS 'Who approved it; bootstrap approves itself.';
COMMENT ON COLUMN registry.promotions_v1.reason IS 'Why, in the words of the approver.';
COMMENT ON COLUMN registry.promotions_v1.promoted_at IS 'When it was recorded, UTC.';

CREATE TABLE registry.policies_v1 (
  policy_id INTEGER NOT NULL,
  policy_sha256 VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  effective_on DATE NOT NULL,
  applied_by VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  content JSON NOT NULL,
  applied_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE registry.policies_v1 IS 'One row per policy put in force; the last one effective on a business date decides on it.';
COMMENT ON COLUMN registry.policies_v1.policy_id IS 'Running number; of several policies effective on one date the last one counts.';
COMMENT ON COLUMN registry.policies_v1.policy_sha256 IS 'SHA-256 over the decision rules in canonical JSON.';
COMMENT ON COLUMN registry.policies_v1.kind IS 'bootstrap or applied.';
COMMENT ON COLUMN registry.policies_v1.effective_on IS 'First business date on which it decides.';
COMMENT ON COLUMN registry.policies_v1.applied_by IS 'Who put it in force.';
COMMENT ON COLUMN registry.policies_v1.reason IS 'Why.';
COMMENT ON COLUMN registry.policies_v1.content IS 'The decision rules, whole.';
COMMENT ON COLUMN registry.policies_v1.applied_at IS 'When it was recorded, UTC.';

CREATE TABLE registry.feature_sets_v1 (
  feature_set_id VARCHAR NOT NULL,
  n_features INTEGER NOT NULL,
  content JSON NOT NULL
);
COMMENT ON TABLE registry.feature_sets_v1 IS 'One row per feature set whose values are stored.';
COMMENT ON COLUMN registry.feature_sets_v1.feature_set_id IS 'First 12 hex digits of the SHA-256 of its features and levels; score.features_ with this id holds the values.';
COMMENT ON COLUMN registry.feature_sets_v1.n_features IS 'How many features it has.';
COMMENT ON COLUMN registry.feature_sets_v1.content IS 'Names and types of the features in order, and the frozen levels.';
CREATE VIEW registry.models AS SELECT model_version, trained_at, trained_as_of, n_rows, auc, gini, ks, brier, cost, threshold, feature_set_id, policy_sha256, sha256, manifest FROM registry.models_v1;
CREATE VIEW registry.promotions AS SELECT promotion_id, kind, model_version, former_model_version, effective_on, approved_by, reason, promoted_at FROM registry.promotions_v1;
CREATE VIEW registry.policies AS SELECT policy_id, policy_sha256, kind, effective_on, applied_by, reason, content, applied_at FROM registry.policies_v1;
CREATE VIEW registry.feature_sets AS SELECT feature_set_id, n_features, content FROM registry.feature_sets_v1;
COMMENT ON VIEW registry.feature_sets IS 'One row per feature set whose values are stored.';
COMMENT ON COLUMN registry.feature_sets."feature_set_id" IS 'First 12 hex digits of the SHA-256 of its features and levels; score.features_ with this id holds the values.';
COMMENT ON COLUMN registry.feature_sets."n_features" IS 'How many features it has.';
COMMENT ON COLUMN registry.feature_sets."content" IS 'Names and types of the features in order, and the frozen levels.';
COMMENT ON VIEW registry.models IS 'One row per registered model version.';
COMMENT ON COLUMN registry.models."model_version" IS 'Key of the version: trained-as-of date and a running number.';
COMMENT ON COLUMN registry.models."trained_at" IS 'When it was trained, UTC.';
COMMENT ON COLUMN registry.models."trained_as_of" IS 'Business date of the training; only outcomes mature on it were used.';
COMMENT ON COLUMN registry.models."n_rows" IS 'Applications it was fitted on, hold-out excluded.';
COMMENT ON COLUMN registry.models."auc" IS 'Area under the ROC curve on the hold-out, from probabilities.';
COMMENT ON COLUMN registry.models."gini" IS 'Gini on the hold-out: 2 AUC - 1.';
COMMENT ON COLUMN registry.models."ks" IS 'Kolmogorov-Smirnov distance of bads and goods on the hold-out, 0 to 1.';
COMMENT ON COLUMN registry.models."brier" IS 'Mean squared error of the PD on the hold-out.';
COMMENT ON COLUMN registry.models."cost" IS '(10 FN + FP)/n on the hold-out at the threshold; review counts as refusal.';
COMMENT ON COLUMN registry.models."threshold" IS 'PD from which a loan is no longer granted, chosen on out-of-fold predictions.';
COMMENT ON COLUMN registry.models."feature_set_id" IS 'Feature set that the model reads.';
COMMENT ON COLUMN registry.models."policy_sha256" IS 'Policy whose costs chose the threshold.';
COMMENT ON COLUMN registry.models."sha256" IS 'SHA-256 of the LightGBM text and the manifest together.';
COMMENT ON COLUMN registry.models."manifest" IS 'The manifest: features in order, levels, calibration, threshold, window, metrics.';
COMMENT ON VIEW registry.policies IS 'One row per policy put in force; the last one effective on a business date decides on it.';
COMMENT ON COLUMN registry.policies."policy_id" IS 'Running number; of several policies effective on one date the last one counts.';
COMMENT ON COLUMN registry.policies."policy_sha256" IS 'SHA-256 over the decision rules in canonical JSON.';
COMMENT ON COLUMN registry.policies."kind" IS 'bootstrap or applied.';
COMMENT ON COLUMN registry.policies."effective_on" IS 'First business date on which it decides.';
COMMENT ON COLUMN registry.policies."applied_by" IS 'Who put it in force.';
COMMENT ON COLUMN registry.policies."reason" IS 'Why.';
COMMENT ON COLUMN registry.policies."content" IS 'The decision rules, whole.';
COMMENT ON COLUMN registry.policies."applied_at" IS 'When it was recorded, UTC.';
COMMENT ON VIEW registry.promotions IS 'One row per change of champion; the last one effective on a business date names its champion.';
COMMENT ON COLUMN registry.promotions."promotion_id" IS 'Running number.';
COMMENT ON COLUMN registry.promotions."kind" IS 'bootstrap, promotion or rollback.';
COMMENT ON COLUMN registry.promotions."model_version" IS 'Champion from then on.';
COMMENT ON COLUMN registry.promotions."former_model_version" IS 'Champion until then; null for the bootstrap.';
COMMENT ON COLUMN registry.promotions."effective_on" IS 'First business date on which it decides.';
COMMENT ON COLUMN registry.promotions."approved_by" IS 'Who approved it; bootstrap approves itself.';
COMMENT ON COLUMN registry.promotions."reason" IS 'Why, in the words of the approver.';
COMMENT ON COLUMN registry.promotions."promoted_at" IS 'When it was recorded, UTC.';
