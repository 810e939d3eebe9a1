package io.doppel.catalog.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Progress;
import io.doppel.catalog.CatalogError;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How values stand in columns: times as microseconds since 1970, lists and maps as JSON. */
final class Columns {
    /** Length of the wide text columns. */
    static final int WIDE = 32_000;
    /** Length of columns for sentences. */
    static final int SENTENCES = 8_000;
    /** Length of columns for names of things outside. */
    static final int NAMES = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Columns() {}

    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static void set(PreparedStatement statement, int index, Optional<Instant> at) throws SQLException {
        if (at.isPresent()) {
            statement.setLong(index, micros(at.get()));
        } else {
            statement.setNull(index, Types.BIGINT);
        }
    }

    static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(instant(micros));
    }

    /** Sets five columns from {@code index} on. */
    static void set(PreparedStatement statement, int index, Progress progress) throws SQLException {
        statement.setLong(index, progress.total());
        statement.setLong(index + 1, progress.done());
        statement.setLong(index + 2, progress.read());
        statement.setLong(index + 3, progress.stored());
        statement.setLong(index + 4, progress.skipped());
    }

    static Progress progress(ResultSet row) throws SQLException {
        return new Progress(
                row.getLong("bytes_total"),
                row.getLong("bytes_done"),
                row.getLong("bytes_read"),
                row.getLong("bytes_stored"),
                row.getLong("bytes_skipped"));
    }

    /** The text, shortened to the width of its column if need be. */
    static String shortened(String text, int width) {
        if (text.length() <= width) {
            return text;
        }
        int end = width - 1;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
    }

    static String json(Object value) throws DoppelException {
        try {
            String text = JSON.writeValueAsString(value);
            if (text.length() > WIDE) {
                throw new DoppelException(
                        CatalogError.TOO_LONG, "Settings of " + text.length() + " characters are more than " + WIDE);
            }
            return text;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String json(Map<String, String> map) throws DoppelException {
        return json((Object) new TreeMap<>(map));
    }

    static Map<String, String> map(ResultSet row, String column) throws SQLException, DoppelException {
        return read(row.getString(column), new TypeReference<>() {});
    }

    static List<String> list(ResultSet row, String column) throws SQLException, DoppelException {
        return read(row.getString(column), new TypeReference<>() {});
    }

    private static <T> T read(String text, TypeReference<T> type) throws DoppelException {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new DoppelException(CatalogError.DATABASE, "A row of the catalogue is not what was written", e);
        }
    }
}
