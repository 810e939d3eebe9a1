CREATE TABLE retention_policies (
  vault_id VARCHAR(64) NOT NULL,
  vault_role VARCHAR(16) NOT NULL,
  host VARCHAR(255) NOT NULL,
  machine_id VARCHAR(1000) NOT NULL,
  settings VARCHAR(32000) NOT NULL,
  PRIMARY KEY (vault_id, vault_role, host, machine_id)
);
CREATE TABLE vault_retention (
  vault_id VARCHAR(64) NOT NULL PRIMARY KEY,
  vault_role VARCHAR(16),
  trusted BIGINT
);
CREATE TABLE pins (
  vault_id VARCHAR(64) NOT NULL,
  version_id VARCHAR(64) NOT NULL,
  reason VARCHAR(1000) NOT NULL,
  pinned_by VARCHAR(255) NOT NULL,
  pinned BIGINT NOT NULL,
  PRIMARY KEY (vault_id, version_id)
);
