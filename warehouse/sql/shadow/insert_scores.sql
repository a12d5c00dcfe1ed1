-- grain: the shadow scores of a chunk of application versions
-- reads: new_shadow (registered frame with the columns of score.shadow_scores_v1)
-- params: none
-- why: by name, so that a frame's column order cannot mix values up
INSERT INTO score.shadow_scores_v1 BY NAME FROM new_shadow
