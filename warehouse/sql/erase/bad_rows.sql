-- grain: one row per row in quarantine that is, or may be, of these applicants
-- reads: erased_people, erased_credits (registered frames), core.rejected_rows_v1, core.quarantine_v1, ops.batch_files_v1
-- params: none
-- why: a broken row may name nobody in a form that could be read; one that holds the key anywhere goes too
WITH applicants AS (SELECT list(application_id::VARCHAR) AS keys FROM erased_people),
credits AS (SELECT list(credit_id::VARCHAR) AS keys FROM erased_credits)
SELECT r.batch_id, r.source_file, r.row_number
FROM core.rejected_rows_v1 AS r
LEFT JOIN ops.batch_files_v1 AS f ON f.batch_id = r.batch_id AND f.source_file = r.source_file
CROSS JOIN applicants AS a
CROSS JOIN credits AS c
WHERE r.application_id IN (SELECT e.application_id FROM erased_people AS e)
   OR (r.application_id IS NULL AND list_has_any(
        regexp_extract_all(r.original_text, '[1-9][0-9]*'),
        coalesce(CASE WHEN f.table_name = 'bureau_balance' THEN c.keys ELSE a.keys END, [])
      ))
UNION
SELECT q.batch_id, q.source_file, q.row_number
FROM core.quarantine_v1 AS q
WHERE q.application_id IN (SELECT e.application_id FROM erased_people AS e)
ORDER BY batch_id, source_file, row_number
