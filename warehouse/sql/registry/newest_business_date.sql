-- grain: one row
-- reads: ops.publications_v1, registry.models_v1
-- params: none
-- why: a change of champion is published on the business date that readers saw last: it decides nothing by itself
SELECT coalesce(
  (SELECT max_by(p.as_of, p.publication_id) FROM ops.publications_v1 AS p),
  (SELECT max(m.trained_as_of) FROM registry.models_v1 AS m)
) AS as_of
