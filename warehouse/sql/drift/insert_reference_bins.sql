-- grain: the bins of one reference
-- reads: new_bins (registered frame with the columns of monitor.reference_bins_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO monitor.reference_bins_v1 BY NAME FROM new_bins
