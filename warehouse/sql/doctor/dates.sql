-- grain: one row
-- reads: ops.batches_v1, score.decisions_v1, ops.publications_v1
-- params: none
-- why: how far the home has come: newest delivery, newest decided date, newest publication
SELECT
  (SELECT max(received_on) FROM ops.batches_v1 WHERE NOT is_refused) AS received_on,
  (SELECT max(as_of) FROM score.decisions_v1) AS decided_on,
  (SELECT max(published_at) FROM ops.publications_v1) AS published_at
