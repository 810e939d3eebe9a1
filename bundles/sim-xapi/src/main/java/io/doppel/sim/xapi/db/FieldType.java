package io.doppel.sim.xapi.db;

import io.doppel.sim.xapi.XapiFault;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The type of a field, and the way from what a client sent to the one Java form that the database keeps. */
public enum FieldType {
    STRING,
    REF,
    INT,
    FLOAT,
    BOOL,
    DATETIME;

    public static final String NULL = "OpaqueRef:NULL";

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HH:mm:ss");

    /** @param word as in {@code classes.txt} */
    static FieldType of(String word) {
        return valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }

    /** The value of a field that nobody has set. */
    public Object zero() {
        return switch (this) {
            case STRING -> "";
            case REF -> NULL;
            case INT -> 0L;
            case FLOAT -> 0.0;
            case BOOL -> false;
            case DATETIME -> Instant.EPOCH;
        };
    }

    /**
     * @param value from either protocol; numbers may be texts, as XML-RPC sends them
     * @throws XapiFault {@code FIELD_TYPE_ERROR} with {@code field} when it cannot be meant
     */
    public Object accept(Object value, String field) {
        try {
            return switch (this) {
                case STRING, REF -> (String) value;
                case INT ->
                    value instanceof Number number ? (Object) number.longValue() : Long.parseLong((String) value);
                case FLOAT ->
                    value instanceof Number number ? (Object) number.doubleValue() : Double.parseDouble((String) value);
                case BOOL -> (Boolean) value;
                case DATETIME -> value instanceof Instant ? value : date((String) value);
            };
        } catch (ClassCastException | NumberFormatException | DateTimeParseException e) {
            throw new XapiFault("FIELD_TYPE_ERROR", field);
        }
    }

    /** Reads {@code 20261121T23:00:00Z}. */
    public static Instant date(String text) {
        String plain = text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
        return LocalDateTime.parse(plain.replace("-", ""), DATE).toInstant(ZoneOffset.UTC);
    }

    /** The form of dates in both protocols; fractions of a second are dropped. */
    public static String text(Instant date) {
        return DATE.format(date.atOffset(ZoneOffset.UTC)) + "Z";
    }

    /** A field: its type, or that of its elements or values. */
    public record Field(String name, FieldType type, Shape shape, boolean writable, Object initial) {
        /** Checks and copies a value for the database; the copy cannot be changed. */
        public Object accept(Object value) {
            return switch (shape) {
                case ONE -> type.accept(value, name);
                case SET -> {
                    if (!(value instanceof List<?> list)) {
                        throw new XapiFault("FIELD_TYPE_ERROR", name);
                    }
                    yield list.stream()
                            .map(element -> type.accept(element, name))
                            .distinct()
                            .toList();
                }
                case MAP -> {
                    if (!(value instanceof Map<?, ?> map)) {
                        throw new XapiFault("FIELD_TYPE_ERROR", name);
                    }
                    Map<String, Object> copy = new LinkedHashMap<>();
                    map.forEach((key, element) -> copy.put(key.toString(), acceptElement(element)));
                    yield Collections.unmodifiableMap(copy);
                }
            };
        }

        private Object acceptElement(Object element) {
            // Only the data of the processors has sets within maps.
            return element instanceof List<?> list ? List.copyOf(list) : type.accept(element, name);
        }
    }

    /** How many values a field has. */
    public enum Shape {
        ONE,
        SET,
        MAP
    }
}
