-- grain: one applied migration
-- reads: nothing
-- params: $version, $name, $sha256, $applied_at
-- why: with its hash, so that an edited one is found
INSERT INTO ops.migrations_v1 BY NAME
SELECT $version AS version, $name AS name, $sha256 AS sha256, $applied_at AS applied_at
