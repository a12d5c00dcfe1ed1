-- grain: one row
-- reads: nothing
-- params: $source, $at (UTC)
-- why: the first delivery taken in decides it, for good
INSERT INTO ops.home_v1 BY NAME SELECT $source AS source, $at::TIMESTAMP AS recorded_at
