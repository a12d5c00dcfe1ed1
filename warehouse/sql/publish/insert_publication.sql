-- grain: one published snapshot
-- reads: ops.publications_v1
-- params: $run_id, $as_of, $published_at, $profile
-- why: the snapshot says when and from which run it was made
INSERT INTO ops.publications_v1 BY NAME
SELECT
  (SELECT coalesce(max(p.publication_id), 0) + 1 FROM ops.publications_v1 AS p) AS publication_id,
  $run_id AS run_id, $as_of AS as_of, $published_at AS published_at, $profile AS profile
