ALTER TABLE versions ADD COLUMN new_bytes BIGINT DEFAULT -1 NOT NULL;
CREATE TABLE vault_use (
  vault_id VARCHAR(64) NOT NULL PRIMARY KEY,
  measured BIGINT NOT NULL,
  used_bytes BIGINT NOT NULL,
  version_bytes BIGINT NOT NULL
);
