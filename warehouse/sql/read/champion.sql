-- grain: at most one row, the champion
-- reads: marts.models
-- params: none
-- why: who decides, and how good it was on rows it had not seen
SELECT model_version, trained_as_of, n_rows, auc, cost, threshold
FROM marts.models
WHERE role = 'champion'
