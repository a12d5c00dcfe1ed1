-- What kind of rows this home holds.
-- Grain: at most one row. Reads: ops.home_v1. Params: none. Why: simulated and real rows never mix.
SELECT source FROM ops.home_v1
