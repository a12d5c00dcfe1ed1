-- severity: fail
-- grain: one row per role count that is wrong
-- reads: marts.models
-- params: none
-- why: there is exactly one champion once there is a model
SELECT 'champions' AS what, count(*) FILTER (WHERE role = 'champion') AS n
FROM marts.models
HAVING count(*) > 0 AND count(*) FILTER (WHERE role = 'champion') <> 1
