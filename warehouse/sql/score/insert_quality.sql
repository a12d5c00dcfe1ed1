-- grain: the quality of a chunk of application versions
-- reads: new_quality (registered frame with the columns of score.quality_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO score.quality_v1 BY NAME FROM new_quality
