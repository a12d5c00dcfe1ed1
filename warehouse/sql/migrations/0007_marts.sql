-- marts: what analysts read. Views here, tables in the published snapshot.
CREATE TABLE ops.publications_v1 (
  publication_id INTEGER NOT NULL,
  run_id VARCHAR NOT NULL,
  as_of DATE NOT NULL,
  published_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE ops.publications_v1 IS 'One row per snapshot that was published.';
COMMENT ON COLUMN ops.publications_v1.publication_id IS 'Running number.';
COMMENT ON COLUMN ops.publications_v1.run_id IS 'Run that published it.';
COMMENT ON COLUMN ops.publications_v1.as_of IS 'Business date of that run.';
COMMENT ON COLUMN ops.publications_v1.published_at IS 'When it was made, UTC.';

CREATE VIEW marts.decision_history AS
WITH reason_texts AS (
  SELECT
    application_id, batch_id,
    max(reason_text) FILTER (WHERE rank = 1) AS reason_1,
    max(reason_text) FILTER (WHERE rank = 2) AS reason_2,
    max(reason_text) FILTER (WHERE rank = 3) AS reason_3,
    max(reason_text) FILTER (WHERE rank = 4) AS reason_4
  FROM score.reasons_v1
  GROUP BY application_id, batch_id
),
-- A newer version's decision supersedes from the moment it was taken; one that was itself withdrawn supersedes nothing.
timed AS (
  SELECT
    d.*, w.withdrawn_at,
    min(d.decided_at) FILTER (WHERE w.withdrawn_at IS NULL) OVER (
      PARTITION BY d.application_id ORDER BY d.batch_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    ) AS newer_decided_at
  FROM score.decisions_v1 AS d
  LEFT JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
)
SELECT
  t.application_id, t.received_on, t.as_of, t.batch_id, t.pd, t.score_points, t.decision, t.threshold, t.model_version, t.policy_sha256,
  r.reason_1, r.reason_2, r.reason_3, r.reason_4, t.decided_at, t.decided_by, t.features_sha256,
  CASE WHEN least(t.withdrawn_at, t.newer_decided_at) IS NOT NULL
       THEN greatest(t.decided_at, least(t.withdrawn_at, t.newer_decided_at)) END AS superseded_at
FROM timed AS t
LEFT JOIN reason_texts AS r ON r.application_id = t.application_id AND r.batch_id = t.batch_id;
COMMENT ON VIEW marts.decision_history IS 'One row per decision ever taken.';
COMMENT ON COLUMN marts.decision_history.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.decision_history.received_on IS 'Business date of the delivery that brought the application.';
COMMENT ON COLUMN marts.decision_history.as_of IS 'Business date of the decision: that of its delivery, however late the night ran.';
COMMENT ON COLUMN marts.decision_history.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.decision_history.pd IS 'Calibrated probability of default, 0 to 1, rounded to 12 decimals.';
COMMENT ON COLUMN marts.decision_history.score_points IS 'Score points of the PD; higher is safer.';
COMMENT ON COLUMN marts.decision_history.decision IS 'approve, review or decline.';
COMMENT ON COLUMN marts.decision_history.threshold IS 'Threshold of the model on the PD; the policy''s bands are multiples of it.';
COMMENT ON COLUMN marts.decision_history.model_version IS 'Champion that scored it.';
COMMENT ON COLUMN marts.decision_history.policy_sha256 IS 'Policy that decided it.';
COMMENT ON COLUMN marts.decision_history.reason_1 IS 'Reason that weighs most, in plain text; null for an approval.';
COMMENT ON COLUMN marts.decision_history.reason_2 IS 'Second reason; null if there is none.';
COMMENT ON COLUMN marts.decision_history.reason_3 IS 'Third reason; null if there is none.';
COMMENT ON COLUMN marts.decision_history.reason_4 IS 'Fourth reason; null if there is none.';
COMMENT ON COLUMN marts.decision_history.decided_at IS 'When it was decided, UTC.';
COMMENT ON COLUMN marts.decision_history.decided_by IS 'score, or the code of the hard rule or quality rule that decided.';
COMMENT ON COLUMN marts.decision_history.features_sha256 IS 'SHA-256 over the model inputs of the row.';
COMMENT ON COLUMN marts.decision_history.superseded_at IS 'When a newer version''s decision or a withdrawal took its place, UTC; null while it is in force.';

CREATE VIEW marts.decisions AS
SELECT application_id, received_on, as_of, batch_id, pd, score_points, decision, threshold, model_version, policy_sha256, reason_1, reason_2, reason_3, reason_4, decided_at, decided_by, features_sha256
FROM marts.decision_history
WHERE superseded_at IS NULL;
COMMENT ON VIEW marts.decisions IS 'One row per application: its decision in force, on the newest version that passed validation.';
COMMENT ON COLUMN marts.decisions.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.decisions.received_on IS 'Business date of the delivery that brought the application.';
COMMENT ON COLUMN marts.decisions.as_of IS 'Business date of the decision: that of its delivery, however late the night ran.';
COMMENT ON COLUMN marts.decisions.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.decisions.pd IS 'Calibrated probability of default, 0 to 1, rounded to 12 decimals.';
COMMENT ON COLUMN marts.decisions.score_points IS 'Score points of the PD; higher is safer.';
COMMENT ON COLUMN marts.decisions.decision IS 'approve, review or decline.';
COMMENT ON COLUMN marts.decisions.threshold IS 'Threshold of the model on the PD; the policy''s bands are multiples of it.';
COMMENT ON COLUMN marts.decisions.model_version IS 'Champion that scored it.';
COMMENT ON COLUMN marts.decisions.policy_sha256 IS 'Policy that decided it.';
COMMENT ON COLUMN marts.decisions.reason_1 IS 'Reason that weighs most, in plain text; null for an approval.';
COMMENT ON COLUMN marts.decisions.reason_2 IS 'Second reason; null if there is none.';
COMMENT ON COLUMN marts.decisions.reason_3 IS 'Third reason; null if there is none.';
COMMENT ON COLUMN marts.decisions.reason_4 IS 'Fourth reason; null if there is none.';
COMMENT ON COLUMN marts.decisions.decided_at IS 'When it was decided, UTC.';
COMMENT ON COLUMN marts.decisions.decided_by IS 'score, or the code of the hard rule or quality rule that decided.';
COMMENT ON COLUMN marts.decisions.features_sha256 IS 'SHA-256 over the model inputs of the row.';

CREATE VIEW marts.reasons AS
SELECT application_id, batch_id, rank, reason_code, reason_text, contribution, feature, engine
FROM score.reasons_v1;
COMMENT ON VIEW marts.reasons IS 'One row per reason of a declined or reviewed application version.';
COMMENT ON COLUMN marts.reasons.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.reasons.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.reasons.rank IS 'Order of the reasons, from 1.';
COMMENT ON COLUMN marts.reasons.reason_code IS 'Code of the reason in the policy: R a group of features, H a hard rule, Q a quality rule.';
COMMENT ON COLUMN marts.reasons.reason_text IS 'Plain text of the reason in the policy of the day.';
COMMENT ON COLUMN marts.reasons.contribution IS 'By how much the group raised the log-odds of default (SHAP, 4 decimals); null for a rule.';
COMMENT ON COLUMN marts.reasons.feature IS 'Feature of the group that raised it most; null for a rule.';
COMMENT ON COLUMN marts.reasons.engine IS 'What computed the contributions.';

CREATE VIEW marts.application_quality AS
SELECT application_id, batch_id, n_inputs, n_filled, n_filled / n_inputs AS filled_share, missing_tables, missing_columns, unseen_columns, out_of_range_columns
FROM score.quality_v1;
COMMENT ON VIEW marts.application_quality IS 'One row per scored application version: what its inputs lacked.';
COMMENT ON COLUMN marts.application_quality.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.application_quality.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.application_quality.n_inputs IS 'Number of model inputs.';
COMMENT ON COLUMN marts.application_quality.n_filled IS 'Model inputs that are not missing.';
COMMENT ON COLUMN marts.application_quality.filled_share IS 'Share of the model inputs that are not missing, 0 to 1.';
COMMENT ON COLUMN marts.application_quality.missing_tables IS 'History tables that usually arrive and were absent from the delivery.';
COMMENT ON COLUMN marts.application_quality.missing_columns IS 'Application columns among the inputs that are missing.';
COMMENT ON COLUMN marts.application_quality.unseen_columns IS 'Categories whose level the model never saw.';
COMMENT ON COLUMN marts.application_quality.out_of_range_columns IS 'Inputs outside the range of the training data.';

CREATE VIEW marts.batches AS
WITH quarantined AS (
  SELECT q.batch_id, count(DISTINCT q.row_number) AS n_quarantined
  FROM core.quarantine_v1 AS q
  JOIN ops.batch_files_v1 AS f ON f.batch_id = q.batch_id AND f.source_file = q.source_file AND f.table_name = 'application'
  GROUP BY q.batch_id
),
duplicated AS (SELECT batch_id, count(*) AS n_duplicates FROM core.duplicates_v1 GROUP BY batch_id),
held AS (SELECT batch_id, count(*) AS n_held FROM raw.application_v1 GROUP BY batch_id),
scored AS (SELECT batch_id, count(*) AS n_scored FROM score.decisions_v1 GROUP BY batch_id),
withdrawn AS (SELECT withdrawn_by_batch_id AS batch_id, count(*) AS n_withdrawn FROM core.withdrawals_v1 GROUP BY withdrawn_by_batch_id),
counted AS (
  SELECT
    b.batch_id, b.received_on, b.n_received, b.is_refused, b.refused_because, b.origin,
    coalesce(s.n_scored, 0) AS n_scored,
    coalesce(q.n_quarantined, 0) AS n_quarantined,
    coalesce(d.n_duplicates, 0) AS n_duplicates,
    coalesce(h.n_held, 0) AS n_held,
    coalesce(w.n_withdrawn, 0) AS n_withdrawn
  FROM ops.batches_v1 AS b
  LEFT JOIN quarantined AS q ON q.batch_id = b.batch_id
  LEFT JOIN duplicated AS d ON d.batch_id = b.batch_id
  LEFT JOIN held AS h ON h.batch_id = b.batch_id
  LEFT JOIN scored AS s ON s.batch_id = b.batch_id
  LEFT JOIN withdrawn AS w ON w.batch_id = b.batch_id
)
SELECT
  batch_id, received_on, n_received, n_scored, n_quarantined, n_duplicates,
  CASE WHEN origin = 'history' THEN n_held ELSE 0 END AS n_history,
  CASE WHEN is_refused THEN n_received - n_quarantined - n_duplicates ELSE 0 END AS n_refused,
  CASE
    WHEN is_refused THEN 'refused'
    WHEN origin = 'history' THEN 'history'
    WHEN n_received = 0 THEN 'empty'
    WHEN n_scored < n_held THEN 'pending'
    ELSE 'scored'
  END AS status,
  refused_because, origin, n_withdrawn
FROM counted;
COMMENT ON VIEW marts.batches IS 'One row per delivery; received = scored + quarantined + duplicates + history + refused once it is processed.';
COMMENT ON COLUMN marts.batches.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.batches.received_on IS 'Business date of the delivery.';
COMMENT ON COLUMN marts.batches.n_received IS 'Application rows in the delivery; 0 where the file cannot be read.';
COMMENT ON COLUMN marts.batches.n_scored IS 'Application rows that were scored and decided.';
COMMENT ON COLUMN marts.batches.n_quarantined IS 'Application rows that broke a rule.';
COMMENT ON COLUMN marts.batches.n_duplicates IS 'Application rows equal to one already held.';
COMMENT ON COLUMN marts.batches.n_history IS 'Application rows taken in as history.';
COMMENT ON COLUMN marts.batches.n_refused IS 'Application rows refused with the whole delivery.';
COMMENT ON COLUMN marts.batches.status IS 'scored, refused, empty or history; pending until a night has scored it.';
COMMENT ON COLUMN marts.batches.refused_because IS 'Why the delivery was refused; null if it was not.';
COMMENT ON COLUMN marts.batches.origin IS 'nightly or history.';
COMMENT ON COLUMN marts.batches.n_withdrawn IS 'Applications of its day that it no longer holds; their earlier versions are withdrawn.';

CREATE VIEW marts.files AS
SELECT batch_id, source_file, table_name, n_bytes, n_received, n_accepted, n_bad, n_duplicates, n_orphans, extra_columns
FROM ops.batch_files_v1;
COMMENT ON VIEW marts.files IS 'One row per file of a delivery.';
COMMENT ON COLUMN marts.files.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.files.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN marts.files.table_name IS 'Delivered table that the file holds.';
COMMENT ON COLUMN marts.files.n_bytes IS 'Size of the file, in bytes.';
COMMENT ON COLUMN marts.files.n_received IS 'Data rows in the file.';
COMMENT ON COLUMN marts.files.n_accepted IS 'Rows that were accepted.';
COMMENT ON COLUMN marts.files.n_bad IS 'Rows that went to quarantine.';
COMMENT ON COLUMN marts.files.n_duplicates IS 'Rows equal to one already held.';
COMMENT ON COLUMN marts.files.n_orphans IS 'Rows of bureau_balance whose credit no bureau row holds.';
COMMENT ON COLUMN marts.files.extra_columns IS 'Columns in the file that the table does not have.';

CREATE VIEW marts.quarantine AS
SELECT batch_id, application_id, source_file, row_number, rule, column_name
FROM core.quarantine_v1;
COMMENT ON VIEW marts.quarantine IS 'One row per bad row and rule that it broke.';
COMMENT ON COLUMN marts.quarantine.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.quarantine.application_id IS 'Applicant key, where it could be read.';
COMMENT ON COLUMN marts.quarantine.source_file IS 'File name within the delivery folder.';
COMMENT ON COLUMN marts.quarantine.row_number IS 'Data row in the delivered file, from 1.';
COMMENT ON COLUMN marts.quarantine.rule IS 'Rule that the row broke.';
COMMENT ON COLUMN marts.quarantine.column_name IS 'Column that broke it; null for a rule over the whole row.';

CREATE VIEW marts.models AS
WITH last_promotion AS (SELECT max(promotion_id) AS promotion_id FROM registry.promotions_v1),
champion AS (
  SELECT p.model_version FROM registry.promotions_v1 AS p JOIN last_promotion AS l ON l.promotion_id = p.promotion_id
)
SELECT
  m.model_version,
  CASE
    WHEN m.model_version IN (SELECT c.model_version FROM champion AS c) THEN 'champion'
    WHEN m.model_version IN (SELECT p.model_version FROM registry.promotions_v1 AS p) THEN 'retired'
    ELSE 'challenger'
  END AS role,
  m.trained_at, m.n_rows, m.auc, m.gini, m.ks, m.brier, m.cost, m.threshold, m.sha256, m.trained_as_of
FROM registry.models_v1 AS m;
COMMENT ON VIEW marts.models IS 'One row per model version.';
COMMENT ON COLUMN marts.models.model_version IS 'Key of the version.';
COMMENT ON COLUMN marts.models.role IS 'champion, challenger or retired.';
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

CREATE VIEW marts.outcomes AS
WITH newest AS (
  SELECT SK_ID_CURR, TARGET, observed_on
  FROM raw.outcomes_v1
  QUALIFY row_number() OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id DESC, row_number DESC) = 1
),
-- An outcome is that of the newest version received before it was observed: a later application has not turned out yet.
decided AS (
  SELECT n.SK_ID_CURR, d.pd, d.decision
  FROM newest AS n
  JOIN score.decisions_v1 AS d ON d.application_id = n.SK_ID_CURR AND d.received_on <= n.observed_on
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  QUALIFY row_number() OVER (PARTITION BY n.SK_ID_CURR ORDER BY d.batch_id DESC) = 1
)
SELECT n.SK_ID_CURR AS application_id, n.TARGET AS target, n.observed_on, d.pd, d.decision
FROM newest AS n
LEFT JOIN decided AS d ON d.SK_ID_CURR = n.SK_ID_CURR;
COMMENT ON VIEW marts.outcomes IS 'One row per matured application, with the decision that was in force when the outcome was observed, where there is one.';
COMMENT ON COLUMN marts.outcomes.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.outcomes.target IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN marts.outcomes.observed_on IS 'Day on which the outcome was known.';
COMMENT ON COLUMN marts.outcomes.pd IS 'PD of that decision; null if it was never scored.';
COMMENT ON COLUMN marts.outcomes.decision IS 'Decision on the newest version received before the outcome; null if it was never scored.';

CREATE VIEW marts.freshness AS
SELECT
  p.published_at, p.run_id, p.as_of,
  (SELECT max(b.received_on) FROM ops.batches_v1 AS b) AS newest_received_on,
  (SELECT max(d.as_of) FROM score.decisions_v1 AS d) AS newest_decided_on,
  (SELECT count(*) FROM score.decisions_v1 AS d) AS n_decisions
FROM ops.publications_v1 AS p
QUALIFY row_number() OVER (ORDER BY p.publication_id DESC) = 1;
COMMENT ON VIEW marts.freshness IS 'One row: when this snapshot was made, from which run, and how far the data reaches.';
COMMENT ON COLUMN marts.freshness.published_at IS 'When the snapshot was made, UTC.';
COMMENT ON COLUMN marts.freshness.run_id IS 'Run that made it.';
COMMENT ON COLUMN marts.freshness.as_of IS 'Business date of that run.';
COMMENT ON COLUMN marts.freshness.newest_received_on IS 'Business date of the newest delivery.';
COMMENT ON COLUMN marts.freshness.newest_decided_on IS 'Business date of the newest decision.';
COMMENT ON COLUMN marts.freshness.n_decisions IS 'Decisions ever taken.';
