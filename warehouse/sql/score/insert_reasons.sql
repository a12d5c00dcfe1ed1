-- grain: the reasons of a chunk of application versions
-- reads: new_reasons (registered frame with the columns of score.reasons_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO score.reasons_v1 BY NAME FROM new_reasons
