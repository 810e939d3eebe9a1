package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.SpaceRecords;
import java.util.Map;

final class SqlSpace extends SqlRows implements SpaceRecords {
    SqlSpace(Database database) {
        super(database);
    }

    @Override
    public void putLimits(String place, Map<String, String> limits) throws DoppelException {
        put(
                "UPDATE space_limits SET settings = ? WHERE place = ?",
                "INSERT INTO space_limits (settings, place) VALUES (?, ?)",
                statement -> {
                    statement.setString(1, Columns.json(limits));
                    statement.setString(2, place);
                });
    }

    @Override
    public Map<String, String> limits(String place) throws DoppelException {
        return select(
                        "SELECT * FROM space_limits WHERE place = ?",
                        statement -> statement.setString(1, place),
                        row -> Columns.map(row, "settings"))
                .stream()
                .findFirst()
                .orElse(Map.of());
    }
}
