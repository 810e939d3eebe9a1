package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.vault.RateLimit;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many bytes a second may be moved, by the time of day. Immutable. */
final class Bandwidth {
    private static final String NAME = "bandwidth";
    private static final String ZONE = "time-zone";

    /** The options. */
    static final List<SettingField> FIELDS = List.of(
            SettingField.optional(
                    NAME,
                    SettingType.TEXT,
                    "Most bytes a second, by the time of day: 2MB/s always, or 08:00-18:00=2MB/s, 18:00-08:00=unlimited;"
                            + " the first window that fits counts, and outside of all there is no limit."),
            SettingField.optional(
                    ZONE, SettingType.TEXT, "Time zone of the windows, Europe/Berlin say; the server's if empty."));

    private static final Pattern WINDOW = Pattern.compile("(\\d{1,2}:\\d{2})-(\\d{1,2}:\\d{2})=(.+)");
    private static final Pattern RATE = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)([kmgt]?)(i?)b?(?:/s)?");
    private static final String UNLIMITED = "unlimited";
    private static final Map<String, Integer> POWERS = Map.of("", 0, "k", 1, "m", 2, "g", 3, "t", 4);
    private static final String END_OF_DAY = "24:00";
    private static final int SHORT = 4;

    private final List<Window> windows;
    private final ZoneId zone;

    /**
     * A part of the day.
     *
     * @param from its first moment; as {@code to} if it is the whole day
     * @param to the first moment after it, on the next day if it is not after {@code from}
     * @param rate bytes a second, 0 for no limit
     */
    private record Window(LocalTime from, LocalTime to, long rate) {
        boolean fits(LocalTime time) {
            return from.isBefore(to)
                    ? !time.isBefore(from) && time.isBefore(to)
                    : !time.isBefore(from) || time.isBefore(to);
        }
    }

    private Bandwidth(List<Window> windows, ZoneId zone) {
        this.windows = List.copyOf(windows);
        this.zone = zone;
    }

    /** What was given. */
    static Bandwidth of(Settings options) throws DoppelException {
        return parse(options.find(NAME).orElse(""), options.find(ZONE).orElse(""));
    }

    static Bandwidth parse(String text, String zone) throws DoppelException {
        List<Window> windows = new ArrayList<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            windows.add(window(part.strip().toLowerCase(Locale.ROOT)));
        }
        return new Bandwidth(windows, zone(zone));
    }

    private static ZoneId zone(String name) throws DoppelException {
        try {
            return name.isBlank() ? ZoneId.systemDefault() : ZoneId.of(name.strip());
        } catch (DateTimeException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + ZONE + "' is '" + name + "', expected one like Europe/Berlin or UTC",
                    e);
        }
    }

    private static Window window(String text) throws DoppelException {
        Matcher m = WINDOW.matcher(text);
        if (!m.matches()) {
            return new Window(LocalTime.MIN, LocalTime.MIN, rate(text));
        }
        LocalTime from = time(m.group(1));
        LocalTime to = time(m.group(2));
        if (from.equals(to) && !from.equals(LocalTime.MIN)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'" + NAME + "' has '" + text + "', which begins when it ends");
        }
        return new Window(from, to, rate(m.group(3).strip()));
    }

    private static LocalTime time(String text) throws DoppelException {
        try {
            return text.equals(END_OF_DAY)
                    ? LocalTime.MIN
                    : LocalTime.parse(text.length() == SHORT ? "0" + text : text);
        } catch (DateTimeException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'" + NAME + "' has '" + text + "', expected a time like 08:00", e);
        }
    }

    private static long rate(String text) throws DoppelException {
        if (text.equals(UNLIMITED)) {
            return 0;
        }
        Matcher m = RATE.matcher(text);
        if (m.matches()) {
            BigDecimal unit =
                    BigDecimal.valueOf(m.group(3).isEmpty() ? 1000 : 1024).pow(POWERS.get(m.group(2)));
            long bytes = new BigDecimal(m.group(1)).multiply(unit).longValue();
            if (bytes > 0) {
                return bytes;
            }
        }
        throw new DoppelException(
                CommonError.BAD_SETTING,
                "'" + NAME + "' has '" + text + "', expected a rate like 2MB/s or " + UNLIMITED
                        + ", with a time before it like 08:00-18:00=2MB/s");
    }

    /** Bytes a second at that time, 0 for no limit. */
    long at(Instant now) {
        LocalTime time = now.atZone(zone).toLocalTime();
        return windows.stream()
                .filter(w -> w.fits(time))
                .findFirst()
                .map(Window::rate)
                .orElse(0L);
    }

    /** A limit that follows the clock. */
    RateLimit limit(Clock clock) {
        return new RateLimit(() -> at(clock.instant()));
    }
}
