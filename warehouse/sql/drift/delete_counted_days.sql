-- grain: the rows of one reference
-- reads: monitor.counted_days_v1
-- params: $reference_id
-- why: a reference replaces exactly its own key; counts over its former bins go with it
DELETE FROM monitor.counted_days_v1 WHERE reference_id = $reference_id
