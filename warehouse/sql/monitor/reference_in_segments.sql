-- grain: one row per segment and application that a model was fitted on
-- reads: monitor.reference_scores_v1, monitor_segments (temporary view: application_id, batch_id, segments)
-- params: $model_version, $approve_below DOUBLE (PD below which the bands alone approve)
-- why: what a segment is compared with: out-of-fold PDs under the policy in force; in no order, since nothing made of them has one
SELECT unnest(g.segments) AS segment, s.pd, s.pd < $approve_below AS is_approved
FROM monitor.reference_scores_v1 AS s
JOIN monitor_segments AS g ON g.application_id = s.application_id AND g.batch_id = s.batch_id
WHERE s.model_version = $model_version
