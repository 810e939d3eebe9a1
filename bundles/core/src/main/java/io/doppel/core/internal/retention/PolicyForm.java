package io.doppel.core.internal.retention;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;

/** A policy as settings. */
final class PolicyForm {
    private static final String LAST = "keep-last";
    private static final String DAILY = "keep-daily";
    private static final String WEEKLY = "keep-weekly";
    private static final String MONTHLY = "keep-monthly";
    private static final String YEARLY = "keep-yearly";
    private static final String MINIMUM_AGE = "minimum-age";
    private static final String ZONE = "time-zone";
    private static final int MOST = 100_000;
    private static final long MOST_SECONDS = Duration.ofDays(36_500).toSeconds();

    private PolicyForm() {}

    /** The settings; what the zone is by default depends on the server. */
    static SettingsSpec spec() {
        return SettingsSpec.of(
                count(LAST, "Keep the last so many versions"),
                count(DAILY, "Keep one version of each of the newest so many days that have any"),
                count(WEEKLY, "Keep one version of each of so many ISO weeks"),
                count(MONTHLY, "Keep one version of each of so many months"),
                count(YEARLY, "Keep one version of each of so many years"),
                SettingField.optional(MINIMUM_AGE, SettingType.DURATION, "Drop nothing younger, whatever the counts")
                        .withDefault("0d")
                        .withLimits(0, MOST_SECONDS),
                SettingField.optional(ZONE, SettingType.TEXT, "Where days, weeks, months and years begin")
                        .withDefault(ZoneId.systemDefault().getId()));
    }

    private static SettingField count(String name, String help) {
        return SettingField.optional(name, SettingType.INTEGER, help)
                .withDefault("0")
                .withLimits(0, MOST);
    }

    /** The policy of these settings; what is not given is a default. */
    static RetentionPolicy parse(Map<String, String> values) throws DoppelException {
        Settings settings = spec().parse(values);
        return new RetentionPolicy(
                (int) settings.integer(LAST),
                (int) settings.integer(DAILY),
                (int) settings.integer(WEEKLY),
                (int) settings.integer(MONTHLY),
                (int) settings.integer(YEARLY),
                minimumAge(settings),
                zone(settings.text(ZONE)));
    }

    /** Who gives a number without a unit means days more likely than the seconds that it stands for elsewhere. */
    private static Duration minimumAge(Settings settings) throws DoppelException {
        String text = settings.text(MINIMUM_AGE);
        Duration age = settings.duration(MINIMUM_AGE);
        if (!age.isZero() && text.chars().allMatch(Character::isDigit)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + MINIMUM_AGE + "' is '" + text + "' without a unit, expected " + text + "d or " + text + "h");
        }
        return age;
    }

    private static ZoneId zone(String name) throws DoppelException {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + ZONE + "' is '" + name + "', expected a time zone such as Europe/Berlin or UTC",
                    e);
        }
    }

    /** All settings of a policy. */
    static Map<String, String> settings(RetentionPolicy policy) {
        return Map.of(
                LAST, Integer.toString(policy.last()),
                DAILY, Integer.toString(policy.daily()),
                WEEKLY, Integer.toString(policy.weekly()),
                MONTHLY, Integer.toString(policy.monthly()),
                YEARLY, Integer.toString(policy.yearly()),
                MINIMUM_AGE, Span.setting(policy.minimumAge()),
                ZONE, policy.zone().getId());
    }
}
