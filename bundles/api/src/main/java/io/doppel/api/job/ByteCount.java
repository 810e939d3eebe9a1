package io.doppel.api.job;

import java.util.Locale;

/** Numbers of bytes in the words that people read, for outcomes and logs. */
public final class ByteCount {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ByteCount() {}

    /** A number of bytes with three digits and its unit, a power of 1024: for example {@code 1.46 GiB}; a dash if it is negative. */
    public static String text(long bytes) {
        if (bytes < 0) {
            return "-";
        }
        int unit = 0;
        double value = bytes;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String format = unit == 0 || value >= 99.95 ? "%.0f %s" : value >= 9.995 ? "%.1f %s" : "%.2f %s";
        return String.format(Locale.ROOT, format, value, UNITS[unit]);
    }
}
