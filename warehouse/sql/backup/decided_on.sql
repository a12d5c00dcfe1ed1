-- grain: business date with decisions
-- reads: score.decisions_v1
-- params: none
-- why: a backup says which nights it holds, so that what came after it can be named
SELECT DISTINCT
  as_of
FROM score.decisions_v1
ORDER BY as_of
