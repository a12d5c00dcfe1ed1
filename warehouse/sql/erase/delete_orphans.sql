-- grain: monthly balances of these applicants' credits that came without a bureau row
-- reads: erased_credits (registered frame)
-- params: none
-- why: nothing but the credit tells whose they are
DELETE FROM raw.bureau_balance_v1
WHERE SK_ID_CURR IS NULL AND SK_ID_BUREAU IN (SELECT c.credit_id FROM erased_credits AS c)
