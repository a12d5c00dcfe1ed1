-- Settles what kind of rows this home holds.
-- Grain: one row. Params: $source. Why: the first delivery taken in decides it, for good.
INSERT INTO ops.home_v1 BY NAME SELECT $source AS source, now()::TIMESTAMP AS recorded_at
