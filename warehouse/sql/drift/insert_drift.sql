-- grain: the rows of one measurement
-- reads: new_drift (registered frame with the columns of monitor.drift_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO monitor.drift_v1 BY NAME FROM new_drift
