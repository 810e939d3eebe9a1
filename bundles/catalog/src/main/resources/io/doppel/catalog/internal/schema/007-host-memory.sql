CREATE TABLE host_memory (
  host VARCHAR(255) NOT NULL,
  memory_key VARCHAR(64) NOT NULL,
  part INTEGER NOT NULL,
  memory_text VARCHAR(32000) NOT NULL,
  PRIMARY KEY (host, memory_key, part)
);
