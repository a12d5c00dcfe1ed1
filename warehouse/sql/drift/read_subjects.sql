-- grain: one row per subject of a reference
-- reads: monitor.reference_subjects_v1
-- params: $reference_id
-- why: in a fixed order, so that two measurements write the same rows
SELECT subject, kind, source, value_type, importance
FROM monitor.reference_subjects_v1
WHERE reference_id = $reference_id
ORDER BY subject
