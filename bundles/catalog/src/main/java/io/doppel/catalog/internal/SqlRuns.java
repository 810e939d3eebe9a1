package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.catalog.RunRecords;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

final class SqlRuns implements RunRecords {
    private static final String PROGRESS =
            "bytes_total = ?, bytes_done = ?, bytes_read = ?, bytes_stored = ?, bytes_skipped = ?";

    private final Database database;

    private final AtomicLong runs;
    private final AtomicLong tasks;
    private final AtomicLong lines;

    /**
     * Numbers are given here and not by the database: Derby's own either jump by a hundred after a crash or make
     * concurrent inserts fail. One server at a time writes a catalogue.
     */
    SqlRuns(Database database) throws DoppelException {
        this.database = database;
        runs = last("runs");
        tasks = last("tasks");
        lines = last("log_lines");
    }

    private AtomicLong last(String table) throws DoppelException {
        return database.call(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT MAX(id) FROM " + table)) {
                row.next();
                return new AtomicLong(row.getLong(1));
            }
        });
    }

    @Override
    public JobRun add(JobDefinition definition, Instant submitted) throws DoppelException {
        long id = runs.incrementAndGet();
        return database.call(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO runs (kind, machines, job_options, name, run_state, bytes_total, bytes_done, bytes_read,"
                            + " bytes_stored, bytes_skipped, submitted, id, outcome, error_code)"
                            + " VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?, '', '')")) {
                int next = SqlDefinitions.bindBody(insert, 1, definition);
                insert.setString(next, definition.name());
                insert.setString(next + 1, JobState.QUEUED.name());
                insert.setLong(next + 2, Columns.micros(submitted));
                insert.setLong(next + 3, id);
                insert.executeUpdate();
                return new JobRun(
                        id,
                        definition,
                        JobState.QUEUED,
                        Progress.NONE,
                        Columns.instant(Columns.micros(submitted)),
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        "");
            }
        });
    }

    @Override
    public void update(JobRun run) throws DoppelException {
        database.note(connection -> update(connection, run));
    }

    @Override
    public List<JobTask> addTasks(long runId, List<NewTask> tasks) throws DoppelException {
        return database.call(connection -> {
            List<JobTask> added = new ArrayList<>();
            for (NewTask task : tasks) {
                added.add(insert(connection, runId, Optional.empty(), task, JobState.QUEUED, Optional.empty()));
            }
            return added;
        });
    }

    @Override
    public JobTask addTask(long runId, Optional<Long> parentId, String name, JobState state, Optional<Instant> started)
            throws DoppelException {
        NewTask task = new NewTask(name, Map.of());
        return database.call(connection -> insert(connection, runId, parentId, task, state, started));
    }

    private JobTask insert(
            Connection connection,
            long runId,
            Optional<Long> parentId,
            NewTask task,
            JobState state,
            Optional<Instant> started)
            throws SQLException, DoppelException {
        String name = Columns.shortened(task.name(), Columns.NAMES);
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO tasks (run_id, parent_id, name, task_state, started, results, id, bytes_total, bytes_done,"
                        + " bytes_read, bytes_stored, bytes_skipped, outcome, error_code)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '', '')")) {
            insert.setLong(1, runId);
            if (parentId.isPresent()) {
                insert.setLong(2, parentId.get());
            } else {
                insert.setNull(2, Types.BIGINT);
            }
            insert.setString(3, name);
            insert.setString(4, state.name());
            Columns.set(insert, 5, started);
            insert.setString(6, Columns.json(task.results()));
            long id = tasks.incrementAndGet();
            insert.setLong(7, id);
            insert.executeUpdate();
            return new JobTask(
                    id,
                    runId,
                    parentId,
                    name,
                    state,
                    Progress.NONE,
                    started.map(at -> Columns.instant(Columns.micros(at))),
                    Optional.empty(),
                    "",
                    "",
                    task.results());
        }
    }

    @Override
    public void updateTask(JobTask task) throws DoppelException {
        database.note(connection -> update(connection, task));
    }

    @Override
    public void addLine(long runId, LogLine line) throws DoppelException {
        database.note(connection -> insert(connection, runId, line));
    }

    @Override
    public void progress(long runId, Progress run, Map<Long, Progress> tasks) throws DoppelException {
        database.note(connection -> {
            setProgress(connection, "runs", runId, run);
            for (Map.Entry<Long, Progress> task : tasks.entrySet()) {
                setProgress(connection, "tasks", task.getKey(), task.getValue());
            }
        });
    }

    @Override
    public void close(JobRun run, List<JobTask> tasks, LogLine line) throws DoppelException {
        database.note(connection -> {
            update(connection, run);
            for (JobTask task : tasks) {
                update(connection, task);
            }
            insert(connection, run.id(), line);
        });
    }

    @Override
    public Optional<JobRun> find(long id) throws DoppelException {
        return runs("WHERE id = ?", id).stream().findFirst();
    }

    @Override
    public List<JobRun> newest(int most) throws DoppelException {
        return runs("ORDER BY id DESC FETCH FIRST ? ROWS ONLY", (long) most);
    }

    @Override
    public List<JobRun> open() throws DoppelException {
        return runs("WHERE run_state IN (?, ?) ORDER BY id", JobState.QUEUED.name(), JobState.RUNNING.name());
    }

    @Override
    public List<JobTask> tasks(long runId) throws DoppelException {
        return database.call(connection -> {
            List<JobTask> tasks = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT * FROM tasks WHERE run_id = ? ORDER BY id")) {
                select.setLong(1, runId);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        tasks.add(readTask(row));
                    }
                }
            }
            return tasks;
        });
    }

    @Override
    public List<LogLine> log(long runId) throws DoppelException {
        return database.call(connection -> {
            List<LogLine> lines = new ArrayList<>();
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT * FROM log_lines WHERE run_id = ? ORDER BY id")) {
                select.setLong(1, runId);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        lines.add(new LogLine(
                                Columns.instant(row.getLong("logged")),
                                row.getLong("task_id"),
                                LogLine.Level.valueOf(row.getString("severity")),
                                row.getString("line")));
                    }
                }
            }
            return lines;
        });
    }

    private List<JobRun> runs(String rest, Object... values) throws DoppelException {
        return database.call(connection -> {
            List<JobRun> runs = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("SELECT * FROM runs " + rest)) {
                for (int i = 0; i < values.length; i++) {
                    select.setObject(i + 1, values[i]);
                }
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        runs.add(readRun(row));
                    }
                }
            }
            return runs;
        });
    }

    private static JobRun readRun(ResultSet row) throws SQLException, DoppelException {
        return new JobRun(
                row.getLong("id"),
                SqlDefinitions.readDefinition(row),
                JobState.valueOf(row.getString("run_state")),
                Columns.progress(row),
                Columns.instant(row.getLong("submitted")),
                Columns.instant(row, "started"),
                Columns.instant(row, "ended"),
                row.getString("outcome"),
                row.getString("error_code"));
    }

    private static JobTask readTask(ResultSet row) throws SQLException, DoppelException {
        long parent = row.getLong("parent_id");
        Optional<Long> parentId = row.wasNull() ? Optional.empty() : Optional.of(parent);
        return new JobTask(
                row.getLong("id"),
                row.getLong("run_id"),
                parentId,
                row.getString("name"),
                JobState.valueOf(row.getString("task_state")),
                Columns.progress(row),
                Columns.instant(row, "started"),
                Columns.instant(row, "ended"),
                row.getString("outcome"),
                row.getString("error_code"),
                Columns.map(row, "results"));
    }

    private static void update(Connection connection, JobRun run) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE runs SET " + PROGRESS
                + ", run_state = ?, started = ?, ended = ?, outcome = ?, error_code = ? WHERE id = ?")) {
            Columns.set(update, 1, run.progress());
            setEnd(update, run.state(), run.started(), run.ended(), run.outcome(), run.errorCode());
            update.setLong(11, run.id());
            update.executeUpdate();
        }
    }

    private static void update(Connection connection, JobTask task) throws SQLException, DoppelException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE tasks SET " + PROGRESS
                + ", task_state = ?, started = ?, ended = ?, outcome = ?, error_code = ?, results = ? WHERE id = ?")) {
            Columns.set(update, 1, task.progress());
            setEnd(update, task.state(), task.started(), task.ended(), task.outcome(), task.errorCode());
            update.setString(11, Columns.json(task.results()));
            update.setLong(12, task.id());
            update.executeUpdate();
        }
    }

    private static void setEnd(
            PreparedStatement update,
            JobState state,
            Optional<Instant> started,
            Optional<Instant> ended,
            String outcome,
            String errorCode)
            throws SQLException {
        update.setString(6, state.name());
        Columns.set(update, 7, started);
        Columns.set(update, 8, ended);
        update.setString(9, Columns.shortened(outcome, Columns.SENTENCES));
        update.setString(10, errorCode);
    }

    private static void setProgress(Connection connection, String table, long id, Progress progress)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE " + table + " SET " + PROGRESS + " WHERE id = ?")) {
            Columns.set(update, 1, progress);
            update.setLong(6, id);
            update.executeUpdate();
        }
    }

    private void insert(Connection connection, long runId, LogLine line) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO log_lines (run_id, task_id, logged, severity, line, id) VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, runId);
            insert.setLong(2, line.taskId());
            insert.setLong(3, Columns.micros(line.at()));
            insert.setString(4, line.level().name());
            insert.setString(5, Columns.shortened(line.text(), Columns.SENTENCES));
            insert.setLong(6, lines.incrementAndGet());
            insert.executeUpdate();
        }
    }
}
