-- grain: one row
-- reads: registry.models_v1
-- params: $trained_as_of DATE
-- why: versions of one training day are numbered
SELECT count(*) + 1 AS number
FROM registry.models_v1
WHERE trained_as_of = $trained_as_of
