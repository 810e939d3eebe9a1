package io.doppel.api.settings;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Reads and checks the text of a setting's value. */
final class SettingValues {
    private SettingValues() {}

    static void check(SettingField f, String value) throws DoppelException {
        try {
            switch (f.type()) {
                case INTEGER -> limits(f, value, Long.parseLong(value), "");
                case SIZE -> limits(f, value, size(value), " bytes");
                case DURATION -> limits(f, value, duration(value).toSeconds(), " seconds");
                case PORT -> {
                    int port = Integer.parseInt(value);
                    if (port < 1 || port > 65535) {
                        throw bad(f, value, "a port from 1 to 65535");
                    }
                }
                case BOOLEAN -> {
                    if (!value.equals("true") && !value.equals("false")) {
                        throw bad(f, value, "true or false");
                    }
                }
                case CHOICE -> {
                    if (!f.choices().contains(value)) {
                        throw bad(f, value, "one of " + String.join(", ", f.choices()));
                    }
                }
                case PATH -> {
                    if (!Path.of(value).isAbsolute()) {
                        throw bad(f, value, "an absolute path");
                    }
                }
                case HOST -> {
                    if (value.chars().anyMatch(c -> Character.isWhitespace(c) || c == '/')) {
                        throw bad(f, value, "a host name or address");
                    }
                }
                case TEXT, LIST, SECRET -> {
                    // any text
                }
                default -> throw new IllegalStateException(f.type().name());
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw bad(f, value, number(f.type()));
        } catch (DateTimeParseException e) {
            throw bad(f, value, number(SettingType.DURATION));
        } catch (InvalidPathException e) {
            throw bad(f, value, "a path");
        }
    }

    /** What stands in quotes, if all of it does. */
    static String unquoted(String value) {
        boolean quoted = value.length() > 2 && value.startsWith("\"") && value.endsWith("\"");
        String inside = quoted ? value.substring(1, value.length() - 1) : value;
        return inside.isBlank() || inside.contains("\"") ? value : inside;
    }

    static long size(String value) {
        String v = value.toUpperCase(Locale.ROOT);
        int shift = switch (v.isEmpty() ? ' ' : v.charAt(v.length() - 1)) {
            case 'K' -> 10;
            case 'M' -> 20;
            case 'G' -> 30;
            case 'T' -> 40;
            default -> 0;
        };
        long n = Long.parseLong(shift == 0 ? v : v.substring(0, v.length() - 1).strip());
        return Math.multiplyExact(n, 1L << shift);
    }

    static Duration duration(String value) {
        if (value.isEmpty() || Character.toUpperCase(value.charAt(0)) == 'P') {
            return Duration.parse(value);
        }
        char last = Character.toLowerCase(value.charAt(value.length() - 1));
        long unit = switch (last) {
            case 'm' -> 60;
            case 'h' -> 3600;
            case 'd' -> 86400;
            default -> 1;
        };
        String digits =
                last == 's' || unit > 1 ? value.substring(0, value.length() - 1).strip() : value;
        return Duration.ofSeconds(Math.multiplyExact(Long.parseLong(digits), unit));
    }

    private static String number(SettingType type) {
        return switch (type) {
            case SIZE -> "a number of bytes such as 65536, 512K, 100M, 2G or 1T";
            case DURATION -> "a duration such as 30s, 15m, 12h or 7d";
            default -> "a number";
        };
    }

    private static void limits(SettingField f, String value, long n, String unit) throws DoppelException {
        if (n < f.min() || n > f.max()) {
            throw bad(f, value, "from " + f.min() + " to " + f.max() + unit);
        }
    }

    private static DoppelException bad(SettingField f, String value, String expected) {
        return new DoppelException(
                CommonError.BAD_SETTING, "'" + f.name() + "' is '" + value + "', expected " + expected);
    }
}
