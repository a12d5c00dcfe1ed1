-- grain: at most one row
-- reads: marts.freshness
-- params: none
-- why: the first thing to know about a snapshot is its age
SELECT published_at, as_of, newest_received_on, newest_decided_on, n_decisions
FROM marts.freshness
