-- grain: one judged business date of a scope
-- reads: monitor.alert_nights_v1
-- params: $scope, $as_of DATE, $judged_at
-- why: judged twice, it stays on record once, with the time of the first
INSERT INTO monitor.alert_nights_v1 BY NAME
SELECT $scope AS scope, $as_of AS as_of, $judged_at AS judged_at
WHERE NOT EXISTS (SELECT 1 FROM monitor.alert_nights_v1 AS n WHERE n.scope = $scope AND n.as_of = $as_of)
