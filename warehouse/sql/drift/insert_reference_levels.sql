-- grain: the levels of one reference
-- reads: new_levels (registered frame with the columns of monitor.reference_levels_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO monitor.reference_levels_v1 BY NAME FROM new_levels
