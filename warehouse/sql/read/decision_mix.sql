-- grain: one row per decision of the newest business date
-- reads: marts.decisions
-- params: none
-- why: how the last night decided
SELECT decision, count(*) AS n, avg(pd) AS mean_pd
FROM marts.decisions
WHERE as_of = (SELECT max(d.as_of) FROM marts.decisions AS d)
GROUP BY decision
ORDER BY decision
