CREATE TABLE versions (
  vault VARCHAR(255) NOT NULL,
  id VARCHAR(64) NOT NULL,
  host VARCHAR(255) NOT NULL,
  machine_id VARCHAR(1000) NOT NULL,
  machine_name VARCHAR(1000) NOT NULL,
  taken BIGINT NOT NULL,
  disks INTEGER NOT NULL,
  logical_bytes BIGINT NOT NULL,
  data_bytes BIGINT NOT NULL,
  stored_bytes BIGINT NOT NULL,
  consistency VARCHAR(32) NOT NULL,
  health VARCHAR(16) NOT NULL,
  validated BIGINT NOT NULL,
  problems VARCHAR(32000) NOT NULL,
  PRIMARY KEY (vault, id)
);
CREATE INDEX versions_by_time ON versions (taken);
CREATE TABLE change_bases (
  host VARCHAR(255) NOT NULL,
  machine_id VARCHAR(1000) NOT NULL,
  disk_key VARCHAR(255) NOT NULL,
  consumer VARCHAR(64) NOT NULL,
  installation_id VARCHAR(64) NOT NULL,
  version_id VARCHAR(64) NOT NULL,
  token VARCHAR(4096) NOT NULL
);
CREATE INDEX change_bases_by_machine ON change_bases (host, machine_id);
