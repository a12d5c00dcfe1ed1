-- grain: one row per decision: its fingerprint, SHA-256 over everything that is stored about it
-- reads: score.decisions_v1, score.reasons_v1, score.quality_v1
-- params: $batch_id INTEGER, $decided_from TIMESTAMP, $decided_until TIMESTAMP, $application_id BIGINT; NULL takes all
-- why: decision, reasons and quality in one hash, so that an edited cell of any of them is found. Numbers are written as
--      hexadecimal floats, which say every bit. Never change what is hashed: the recorded hashes are of it. Tables are read and no
--      views, because a view in the warehouse can be replaced.
WITH keys AS (
  -- reasons and quality of these decisions alone: of a large delivery each chunk would read those of all chunks before it
  SELECT application_id, batch_id
  FROM score.decisions_v1
  WHERE ($batch_id::INTEGER IS NULL OR batch_id = $batch_id)
    AND ($decided_from::TIMESTAMP IS NULL OR decided_at >= $decided_from)
    AND ($decided_until::TIMESTAMP IS NULL OR decided_at <= $decided_until)
    AND ($application_id::BIGINT IS NULL OR application_id = $application_id)
),
decided AS (
  SELECT
    application_id, batch_id, decided_at,
    to_json(
      {
        'application_id': application_id, 'batch_id': batch_id, 'received_on': received_on::VARCHAR, 'as_of': as_of::VARCHAR,
        'origin': origin, 'features_sha256': features_sha256, 'model_version': model_version, 'policy_sha256': policy_sha256,
        'pd': format('{:a}', pd), 'score_points': format('{:a}', score_points), 'threshold': format('{:a}', threshold),
        'decision': decision, 'decided_by': decided_by, 'decided_at': strftime(decided_at, '%Y-%m-%dT%H:%M:%S.%f')
      }
    )::VARCHAR AS content
  FROM score.decisions_v1
  WHERE ($batch_id::INTEGER IS NULL OR batch_id = $batch_id)
    AND ($decided_from::TIMESTAMP IS NULL OR decided_at >= $decided_from)
    AND ($decided_until::TIMESTAMP IS NULL OR decided_at <= $decided_until)
    AND ($application_id::BIGINT IS NULL OR application_id = $application_id)
),
reasons AS (
  SELECT
    application_id, batch_id,
    list_sort(list(
      to_json(
        {
          'rank': rank, 'reason_code': reason_code, 'reason_text': reason_text,
          'contribution': format('{:a}', contribution), 'feature': feature, 'engine': engine
        }
      )::VARCHAR
    )) AS content
  FROM score.reasons_v1
  SEMI JOIN keys USING (application_id, batch_id)
  WHERE ($batch_id::INTEGER IS NULL OR batch_id = $batch_id)
    AND ($application_id::BIGINT IS NULL OR application_id = $application_id)
  GROUP BY application_id, batch_id
),
quality AS (
  SELECT
    application_id, batch_id,
    list_sort(list(
      to_json(
        {
          'n_inputs': n_inputs, 'n_filled': n_filled, 'missing_tables': missing_tables, 'missing_columns': missing_columns,
          'unseen_columns': unseen_columns, 'out_of_range_columns': out_of_range_columns
        }
      )::VARCHAR
    )) AS content
  FROM score.quality_v1
  SEMI JOIN keys USING (application_id, batch_id)
  WHERE ($batch_id::INTEGER IS NULL OR batch_id = $batch_id)
    AND ($application_id::BIGINT IS NULL OR application_id = $application_id)
  GROUP BY application_id, batch_id
)
SELECT
  d.batch_id, d.decided_at,
  sha256(to_json({'decision': d.content, 'reasons': r.content, 'quality': q.content})::VARCHAR) AS row_sha256
FROM decided AS d
LEFT JOIN reasons AS r ON r.application_id = d.application_id AND r.batch_id = d.batch_id
LEFT JOIN quality AS q ON q.application_id = d.application_id AND q.batch_id = d.batch_id
ORDER BY d.batch_id, d.decided_at, row_sha256
