CREATE TABLE vault_validation (
  vault_id VARCHAR(64) NOT NULL PRIMARY KEY,
  settings VARCHAR(32000),
  clock_seen BIGINT,
  clock_even_since BIGINT
);
