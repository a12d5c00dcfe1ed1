-- grain: one row; null if the scope was never judged
-- reads: monitor.alert_nights_v1
-- params: $scope
-- why: an older business date is past: it neither opens, resolves nor delivers
SELECT max(as_of) AS as_of
FROM monitor.alert_nights_v1
WHERE scope = $scope
