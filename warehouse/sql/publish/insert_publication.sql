-- grain: one published snapshot
-- reads: nothing
-- params: $run_id, $as_of, $published_at
-- why: the snapshot says when and from which run it was made
INSERT INTO ops.publications_v1 BY NAME
SELECT $run_id AS run_id, $as_of AS as_of, $published_at AS published_at
