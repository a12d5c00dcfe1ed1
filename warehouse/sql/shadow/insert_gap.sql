-- grain: one chunk of application versions without a shadow score
-- reads: score.shadow_gaps_v1
-- params: $batch_id, $as_of, $model_version, $n_unscored, $refused_because, $noted_at
-- why: a challenger that could not score is told on the night's page and in marts, not left to be missed
INSERT INTO score.shadow_gaps_v1 BY NAME
SELECT
  $batch_id AS batch_id, $as_of AS as_of, $model_version AS model_version, $n_unscored AS n_unscored,
  $refused_because AS refused_because, $noted_at AS noted_at
