-- shadow: what the challenger would have decided beside the champion, who would be swapped, and scores of either role for drift.
CREATE TABLE score.shadow_scores_v1 (
  application_id BIGINT NOT NULL,
  batch_id INTEGER NOT NULL,
  as_of DATE NOT NULL,
  model_version VARCHAR NOT NULL,
  policy_sha256 VARCHAR NOT NULL,
  pd DOUBLE NOT NULL,
  score_points DOUBLE NOT NULL,
  threshold DOUBLE NOT NULL,
  decision VARCHAR NOT NULL,
  decided_by VARCHAR NOT NULL,
  scored_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE score.shadow_scores_v1 IS 'One row per application version and challenger: its score beside the decision of the champion. Append-only, written with that decision.';
COMMENT ON COLUMN score.shadow_scores_v1.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.shadow_scores_v1.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.shadow_scores_v1.as_of IS 'Business date of the delivery.';
COMMENT ON COLUMN score.shadow_scores_v1.model_version IS 'Challenger that scored it beside the champion.';
COMMENT ON COLUMN score.shadow_scores_v1.policy_sha256 IS 'Policy of the business date, under which it would have decided.';
COMMENT ON COLUMN score.shadow_scores_v1.pd IS 'The challenger''s calibrated probability of default, 0 to 1, rounded to 12 decimals.';
COMMENT ON COLUMN score.shadow_scores_v1.score_points IS 'Score points of that PD on the policy''s scale; higher is safer.';
COMMENT ON COLUMN score.shadow_scores_v1.threshold IS 'Threshold of the challenger on the PD.';
COMMENT ON COLUMN score.shadow_scores_v1.decision IS 'approve, review or decline: what the challenger would have decided; nobody was told.';
COMMENT ON COLUMN score.shadow_scores_v1.decided_by IS 'score, or the code of the hard rule or quality rule that would have decided.';
COMMENT ON COLUMN score.shadow_scores_v1.scored_at IS 'When it was scored, UTC.';

CREATE VIEW score.shadow_scores AS
SELECT application_id, batch_id, as_of, model_version, policy_sha256, pd, score_points, threshold, decision, decided_by, scored_at
FROM score.shadow_scores_v1;
COMMENT ON VIEW score.shadow_scores IS 'One row per application version and challenger: its score beside the decision of the champion. Append-only, written with that decision.';
COMMENT ON COLUMN score.shadow_scores.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.shadow_scores.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN score.shadow_scores.as_of IS 'Business date of the delivery.';
COMMENT ON COLUMN score.shadow_scores.model_version IS 'Challenger that scored it beside the champion.';
COMMENT ON COLUMN score.shadow_scores.policy_sha256 IS 'Policy of the business date, under which it would have decided.';
COMMENT ON COLUMN score.shadow_scores.pd IS 'The challenger''s calibrated probability of default, 0 to 1, rounded to 12 decimals.';
COMMENT ON COLUMN score.shadow_scores.score_points IS 'Score points of that PD on the policy''s scale; higher is safer.';
COMMENT ON COLUMN score.shadow_scores.threshold IS 'Threshold of the challenger on the PD.';
COMMENT ON COLUMN score.shadow_scores.decision IS 'approve, review or decline: what the challenger would have decided; nobody was told.';
COMMENT ON COLUMN score.shadow_scores.decided_by IS 'score, or the code of the hard rule or quality rule that would have decided.';
COMMENT ON COLUMN score.shadow_scores.scored_at IS 'When it was scored, UTC.';

CREATE TABLE score.shadow_gaps_v1 (
  batch_id INTEGER NOT NULL,
  as_of DATE NOT NULL,
  model_version VARCHAR NOT NULL,
  n_unscored BIGINT NOT NULL,
  refused_because VARCHAR NOT NULL,
  noted_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE score.shadow_gaps_v1 IS 'One row per chunk of applications that the challenger could not score; the champion decided them all the same.';
COMMENT ON COLUMN score.shadow_gaps_v1.batch_id IS 'Delivery that was decided without the challenger, as yyyymmddvv.';
COMMENT ON COLUMN score.shadow_gaps_v1.as_of IS 'Business date of the delivery.';
COMMENT ON COLUMN score.shadow_gaps_v1.model_version IS 'Challenger that could not score.';
COMMENT ON COLUMN score.shadow_gaps_v1.n_unscored IS 'Applications that were decided and have no shadow score.';
COMMENT ON COLUMN score.shadow_gaps_v1.refused_because IS 'Why: what its verification found.';
COMMENT ON COLUMN score.shadow_gaps_v1.noted_at IS 'When it was found, UTC.';

CREATE VIEW score.shadow_gaps AS
SELECT batch_id, as_of, model_version, n_unscored, refused_because, noted_at
FROM score.shadow_gaps_v1;
COMMENT ON VIEW score.shadow_gaps IS 'One row per chunk of applications that the challenger could not score; the champion decided them all the same.';
COMMENT ON COLUMN score.shadow_gaps.batch_id IS 'Delivery that was decided without the challenger, as yyyymmddvv.';
COMMENT ON COLUMN score.shadow_gaps.as_of IS 'Business date of the delivery.';
COMMENT ON COLUMN score.shadow_gaps.model_version IS 'Challenger that could not score.';
COMMENT ON COLUMN score.shadow_gaps.n_unscored IS 'Applications that were decided and have no shadow score.';
COMMENT ON COLUMN score.shadow_gaps.refused_because IS 'Why: what its verification found.';
COMMENT ON COLUMN score.shadow_gaps.noted_at IS 'When it was found, UTC.';

CREATE VIEW monitor.model_scores AS
SELECT d.application_id, d.batch_id, d.model_version, d.policy_sha256, d.pd, d.score_points, d.decision, false AS is_shadow
FROM score.decisions_v1 AS d
UNION ALL
-- A model that decided a version has no second score of it.
SELECT s.application_id, s.batch_id, s.model_version, s.policy_sha256, s.pd, s.score_points, s.decision, true AS is_shadow
FROM score.shadow_scores_v1 AS s
ANTI JOIN score.decisions_v1 AS d
  ON d.application_id = s.application_id AND d.batch_id = s.batch_id AND d.model_version = s.model_version;
COMMENT ON VIEW monitor.model_scores IS 'One row per application version and model that scored it, as champion or as challenger; a model counts once.';
COMMENT ON COLUMN monitor.model_scores.application_id IS 'Applicant key.';
COMMENT ON COLUMN monitor.model_scores.batch_id IS 'Delivery of the application version, as yyyymmddvv.';
COMMENT ON COLUMN monitor.model_scores.model_version IS 'Model that scored it.';
COMMENT ON COLUMN monitor.model_scores.policy_sha256 IS 'Policy of the business date.';
COMMENT ON COLUMN monitor.model_scores.pd IS 'Calibrated probability of default, 0 to 1.';
COMMENT ON COLUMN monitor.model_scores.score_points IS 'Score points of the PD; higher is safer.';
COMMENT ON COLUMN monitor.model_scores.decision IS 'approve, review or decline: decided by the champion, or what the challenger would have decided.';
COMMENT ON COLUMN monitor.model_scores.is_shadow IS 'Whether the model scored it as challenger, so that its decision was not in force.';

CREATE VIEW score.matured_versions AS
WITH newest AS (
  SELECT SK_ID_CURR, TARGET, observed_on
  FROM raw.outcomes_v1
  QUALIFY row_number() OVER (PARTITION BY SK_ID_CURR ORDER BY batch_id DESC, row_number DESC) = 1
),
-- An outcome is that of the newest version received before it was observed: a later application has not turned out yet.
decided AS (
  SELECT n.SK_ID_CURR, d.batch_id, d.pd, d.decision
  FROM newest AS n
  JOIN score.decisions_v1 AS d ON d.application_id = n.SK_ID_CURR AND d.received_on <= n.observed_on
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  QUALIFY row_number() OVER (PARTITION BY n.SK_ID_CURR ORDER BY d.batch_id DESC) = 1
)
SELECT n.SK_ID_CURR AS application_id, d.batch_id, n.TARGET AS target, n.observed_on, d.pd, d.decision
FROM newest AS n
LEFT JOIN decided AS d ON d.SK_ID_CURR = n.SK_ID_CURR;
COMMENT ON VIEW score.matured_versions IS 'One row per matured application, with the version whose outcome it is.';
COMMENT ON COLUMN score.matured_versions.application_id IS 'Applicant key.';
COMMENT ON COLUMN score.matured_versions.batch_id IS 'Delivery of the newest decided version received before the outcome was observed; null if none was scored.';
COMMENT ON COLUMN score.matured_versions.target IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN score.matured_versions.observed_on IS 'Day on which the outcome was known.';
COMMENT ON COLUMN score.matured_versions.pd IS 'PD of that decision; null if it was never scored.';
COMMENT ON COLUMN score.matured_versions.decision IS 'Decision on the newest version received before the outcome; null if it was never scored.';

CREATE OR REPLACE VIEW marts.outcomes AS
SELECT application_id, target, observed_on, pd, decision
FROM score.matured_versions;
COMMENT ON VIEW marts.outcomes IS 'One row per matured application, with the decision that was in force when the outcome was observed, where there is one.';
COMMENT ON COLUMN marts.outcomes.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.outcomes.target IS '1 if the loan defaulted, else 0.';
COMMENT ON COLUMN marts.outcomes.observed_on IS 'Day on which the outcome was known.';
COMMENT ON COLUMN marts.outcomes.pd IS 'PD of that decision; null if it was never scored.';
COMMENT ON COLUMN marts.outcomes.decision IS 'Decision on the newest version received before the outcome; null if it was never scored.';

CREATE VIEW marts.shadow_scores AS
WITH newest AS (
  SELECT d.application_id, d.batch_id, d.as_of, d.model_version, d.pd, d.score_points, d.decision
  FROM score.decisions_v1 AS d
  ANTI JOIN core.withdrawals_v1 AS w ON w.application_id = d.application_id AND w.batch_id = d.batch_id
  WHERE d.as_of IN (SELECT s.as_of FROM score.shadow_scores_v1 AS s)
  QUALIFY row_number() OVER (PARTITION BY d.application_id, d.as_of ORDER BY d.batch_id DESC) = 1
)
SELECT
  n.application_id, n.as_of, n.batch_id, n.model_version AS champion_version, s.model_version AS challenger_version,
  n.pd AS pd_champion, s.pd AS pd_challenger, n.score_points AS score_points_champion, s.score_points AS score_points_challenger,
  n.decision AS decision_champion, s.decision AS decision_challenger,
  CASE
    WHEN n.decision = 'approve' AND s.decision = 'approve' THEN 'both_approve'
    WHEN s.decision = 'approve' THEN 'swap_in'
    WHEN n.decision = 'approve' THEN 'swap_out'
    ELSE 'both_refuse'
  END AS swap,
  m.target
FROM newest AS n
JOIN score.shadow_scores_v1 AS s ON s.application_id = n.application_id AND s.batch_id = n.batch_id
LEFT JOIN score.matured_versions AS m ON m.application_id = n.application_id AND m.batch_id = n.batch_id;
COMMENT ON VIEW marts.shadow_scores IS 'One row per application and business date that a challenger scored beside the champion, in its newest version of the date; withdrawn ones are left out.';
COMMENT ON COLUMN marts.shadow_scores.application_id IS 'Applicant key.';
COMMENT ON COLUMN marts.shadow_scores.as_of IS 'Business date of the decision.';
COMMENT ON COLUMN marts.shadow_scores.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.shadow_scores.champion_version IS 'Champion that decided.';
COMMENT ON COLUMN marts.shadow_scores.challenger_version IS 'Challenger that scored beside it.';
COMMENT ON COLUMN marts.shadow_scores.pd_champion IS 'PD by the champion, 0 to 1.';
COMMENT ON COLUMN marts.shadow_scores.pd_challenger IS 'PD by the challenger, 0 to 1.';
COMMENT ON COLUMN marts.shadow_scores.score_points_champion IS 'Score points by the champion; higher is safer.';
COMMENT ON COLUMN marts.shadow_scores.score_points_challenger IS 'Score points by the challenger; higher is safer.';
COMMENT ON COLUMN marts.shadow_scores.decision_champion IS 'approve, review or decline: the decision that was taken.';
COMMENT ON COLUMN marts.shadow_scores.decision_challenger IS 'approve, review or decline: what the challenger would have decided under the same policy.';
COMMENT ON COLUMN marts.shadow_scores.swap IS 'both_approve, swap_in (the challenger alone approves), swap_out (the champion alone approves) or both_refuse; review counts as refusal.';
COMMENT ON COLUMN marts.shadow_scores.target IS '1 if the loan defaulted, 0 if not; null until the outcome of this version is known.';

CREATE VIEW marts.swap_set AS
SELECT
  as_of, champion_version, challenger_version, swap,
  count(*) AS n,
  (sum(pd_champion::DECIMAL(18, 12)) / count(*))::DOUBLE AS mean_pd_champion,
  (sum(pd_challenger::DECIMAL(18, 12)) / count(*))::DOUBLE AS mean_pd_challenger,
  count(target) AS n_matured,
  count(*) FILTER (WHERE target = 1) AS n_defaulted,
  count(*) FILTER (WHERE target = 1) / nullif(count(target), 0) AS default_rate
FROM marts.shadow_scores
GROUP BY as_of, champion_version, challenger_version, swap;
COMMENT ON VIEW marts.swap_set IS 'One row per business date, champion, challenger and part of the swap set that holds applications.';
COMMENT ON COLUMN marts.swap_set.as_of IS 'Business date of the decisions.';
COMMENT ON COLUMN marts.swap_set.champion_version IS 'Champion that decided.';
COMMENT ON COLUMN marts.swap_set.challenger_version IS 'Challenger that scored beside it.';
COMMENT ON COLUMN marts.swap_set.swap IS 'both_approve, swap_in (the challenger alone approves), swap_out (the champion alone approves) or both_refuse; review counts as refusal.';
COMMENT ON COLUMN marts.swap_set.n IS 'Applications, each in its newest version of the date.';
COMMENT ON COLUMN marts.swap_set.mean_pd_champion IS 'Mean PD by the champion, 0 to 1.';
COMMENT ON COLUMN marts.swap_set.mean_pd_challenger IS 'Mean PD by the challenger, 0 to 1.';
COMMENT ON COLUMN marts.swap_set.n_matured IS 'Applications of them whose outcome is known.';
COMMENT ON COLUMN marts.swap_set.n_defaulted IS 'Matured applications of them that defaulted.';
COMMENT ON COLUMN marts.swap_set.default_rate IS 'Share of the matured ones that defaulted, 0 to 1; null until one has matured.';

CREATE VIEW marts.shadow_gaps AS
SELECT batch_id, as_of, model_version AS challenger_version, sum(n_unscored)::BIGINT AS n_unscored, refused_because
FROM score.shadow_gaps_v1
GROUP BY batch_id, as_of, model_version, refused_because;
COMMENT ON VIEW marts.shadow_gaps IS 'One row per delivery and challenger that could not score some of its applications; the champion decided them all the same.';
COMMENT ON COLUMN marts.shadow_gaps.batch_id IS 'Delivery: business date and version of the day, as yyyymmddvv.';
COMMENT ON COLUMN marts.shadow_gaps.as_of IS 'Business date of the delivery.';
COMMENT ON COLUMN marts.shadow_gaps.challenger_version IS 'Challenger that could not score.';
COMMENT ON COLUMN marts.shadow_gaps.n_unscored IS 'Applications without a shadow score for this reason.';
COMMENT ON COLUMN marts.shadow_gaps.refused_because IS 'Why: what its verification found.';
