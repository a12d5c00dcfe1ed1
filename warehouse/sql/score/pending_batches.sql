-- grain: one row per delivery that holds undecided application versions
-- reads: raw.application_v1, score.decisions_v1
-- params: $as_of DATE
-- why: what is left to score is derived from what is decided, so a night that was interrupted goes on where it stopped
SELECT a.batch_id, core.received_on(a.batch_id) AS received_on, count(*) AS n_pending
FROM raw.application_v1 AS a
ANTI JOIN score.decisions_v1 AS d ON d.application_id = a.SK_ID_CURR AND d.batch_id = a.batch_id
WHERE a.origin = 'nightly' AND core.received_on(a.batch_id) <= $as_of
GROUP BY a.batch_id
ORDER BY a.batch_id
