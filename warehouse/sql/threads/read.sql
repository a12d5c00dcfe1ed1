-- grain: one row
-- reads: nothing
-- params: none
-- why: to set it again after it was changed
SELECT current_setting('threads')::INTEGER AS threads
