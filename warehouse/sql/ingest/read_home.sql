-- grain: at most one row
-- reads: ops.home_v1
-- params: none
-- why: simulated and real rows never mix
SELECT source FROM ops.home_v1
