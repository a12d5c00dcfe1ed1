-- grain: the subjects of one reference
-- reads: new_subjects (registered frame with the columns of monitor.reference_subjects_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO monitor.reference_subjects_v1 BY NAME FROM new_subjects
