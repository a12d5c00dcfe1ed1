-- severity: fail
-- grain: one row per decision without an accepted application version
-- reads: score.decisions_v1, raw.application_v1
-- params: none
-- why: a decision belongs to a row that was delivered, on its business date and from its origin; the row of an erased applicant
--      is gone, and the decision stands under a negative number
SELECT d.application_id, d.batch_id
FROM score.decisions_v1 AS d
LEFT JOIN raw.application_v1 AS a ON a.SK_ID_CURR = d.application_id AND a.batch_id = d.batch_id
WHERE (a.batch_id IS NULL AND d.application_id > 0)
   OR a.origin <> d.origin
   OR a.origin <> 'nightly'
   OR d.received_on <> core.received_on(d.batch_id)
   OR d.as_of <> d.received_on
