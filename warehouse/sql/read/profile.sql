-- grain: at most one row
-- reads: marts.freshness
-- params: none
-- why: full or masked; by way of JSON, since a snapshot of an older version does not say
SELECT to_json(f) ->> '$.profile' AS profile
FROM marts.freshness AS f
