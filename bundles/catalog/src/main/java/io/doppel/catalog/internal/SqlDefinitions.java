package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

final class SqlDefinitions extends SqlNamed<JobDefinition> {
    SqlDefinitions(Database database) {
        super(database, "definitions", List.of("kind", "machines", "job_options"));
    }

    @Override
    String name(JobDefinition definition) {
        return definition.name();
    }

    @Override
    int bind(PreparedStatement statement, JobDefinition definition) throws SQLException, DoppelException {
        return bindBody(statement, 1, definition);
    }

    @Override
    JobDefinition read(ResultSet row) throws SQLException, DoppelException {
        return readDefinition(row);
    }

    /** Sets kind, machines and options from {@code index} on and returns the index behind them. */
    static int bindBody(PreparedStatement statement, int index, JobDefinition definition)
            throws SQLException, DoppelException {
        statement.setString(index, definition.kind());
        statement.setString(index + 1, Columns.json(definition.machines()));
        statement.setString(index + 2, Columns.json(definition.options()));
        return index + 3;
    }

    static JobDefinition readDefinition(ResultSet row) throws SQLException, DoppelException {
        return new JobDefinition(
                row.getString("name"),
                row.getString("kind"),
                Columns.list(row, "machines"),
                Columns.map(row, "job_options"));
    }
}
