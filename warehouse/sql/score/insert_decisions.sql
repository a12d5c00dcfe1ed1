-- grain: the decisions of a chunk of application versions
-- reads: new_decisions (registered frame with the columns of score.decisions_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO score.decisions_v1 BY NAME FROM new_decisions
