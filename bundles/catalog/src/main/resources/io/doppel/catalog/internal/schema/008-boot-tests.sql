CREATE TABLE boot_tests (
  of_vault VARCHAR(255) NOT NULL,
  of_version VARCHAR(64) NOT NULL,
  tested BIGINT NOT NULL,
  started INTEGER NOT NULL,
  said VARCHAR(8000) NOT NULL,
  PRIMARY KEY (of_vault, of_version)
);
