CREATE TABLE runs (
  id BIGINT NOT NULL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  kind VARCHAR(64) NOT NULL,
  machines VARCHAR(32000) NOT NULL,
  job_options VARCHAR(32000) NOT NULL,
  run_state VARCHAR(16) NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_done BIGINT NOT NULL,
  bytes_read BIGINT NOT NULL,
  bytes_stored BIGINT NOT NULL,
  bytes_skipped BIGINT NOT NULL,
  submitted BIGINT NOT NULL,
  started BIGINT,
  ended BIGINT,
  outcome VARCHAR(8000) NOT NULL,
  error_code VARCHAR(32) NOT NULL
);
CREATE INDEX runs_by_state ON runs (run_state);
CREATE TABLE tasks (
  id BIGINT NOT NULL PRIMARY KEY,
  run_id BIGINT NOT NULL REFERENCES runs (id),
  parent_id BIGINT,
  name VARCHAR(1000) NOT NULL,
  task_state VARCHAR(16) NOT NULL,
  bytes_total BIGINT NOT NULL,
  bytes_done BIGINT NOT NULL,
  bytes_read BIGINT NOT NULL,
  bytes_stored BIGINT NOT NULL,
  bytes_skipped BIGINT NOT NULL,
  started BIGINT,
  ended BIGINT,
  outcome VARCHAR(8000) NOT NULL,
  error_code VARCHAR(32) NOT NULL,
  results VARCHAR(32000) NOT NULL
);
CREATE INDEX tasks_by_run ON tasks (run_id);
CREATE TABLE log_lines (
  id BIGINT NOT NULL PRIMARY KEY,
  run_id BIGINT NOT NULL REFERENCES runs (id),
  task_id BIGINT NOT NULL,
  logged BIGINT NOT NULL,
  severity VARCHAR(16) NOT NULL,
  line VARCHAR(8000) NOT NULL
);
CREATE INDEX log_lines_by_run ON log_lines (run_id);
