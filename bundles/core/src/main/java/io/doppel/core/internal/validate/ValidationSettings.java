package io.doppel.core.internal.validate;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import java.time.Duration;
import java.util.Map;

/**
 * How a vault is validated by itself.
 *
 * @param after each pack again after this time; zero for never
 * @param rate most bytes a second; 0 for no limit
 * @param whenIdle whether only while no job uses the vault
 */
record ValidationSettings(Duration after, long rate, boolean whenIdle) {
    private static final String AFTER = "validate-after";
    private static final String RATE = "validate-rate";
    private static final String WHEN_IDLE = "validate-when-idle";
    private static final Duration SHORTEST = Duration.ofHours(1);
    /** However long a pack may stay unverified, one that a backup wrote and that nobody verified then waits no longer than this. */
    private static final Duration NEW_WAITS = Duration.ofDays(1);

    static final SettingsSpec SPEC = SettingsSpec.of(
            SettingField.optional(
                            AFTER,
                            SettingType.DURATION,
                            "Read and check each pack again after this time; 0 for never, otherwise at least an hour.")
                    .withLimits(0, Duration.ofDays(36_500).toSeconds())
                    .withDefault("30d"),
            SettingField.optional(
                            RATE,
                            SettingType.SIZE,
                            "Most bytes a second read for that, and for the check after a backup; 0 for no limit.")
                    .withLimits(0, Long.MAX_VALUE)
                    .withDefault("64M"),
            SettingField.optional(
                            WHEN_IDLE,
                            SettingType.BOOLEAN,
                            "Read for these only while no job uses the vault, and wait as long as one does.")
                    .withDefault("true"));

    static ValidationSettings parse(Map<String, String> values) throws DoppelException {
        Settings settings = SPEC.parse(values);
        Duration after = settings.duration(AFTER);
        if (!after.isZero() && after.compareTo(SHORTEST) < 0) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + AFTER + "' is '" + values.get(AFTER) + "', expected 0 or at least 1h");
        }
        return new ValidationSettings(after, settings.size(RATE), settings.flag(WHEN_IDLE));
    }

    /** Whether packs are verified again by age. */
    boolean byAge() {
        return !after.isZero();
    }

    /** After which time a pack that was stored and never verified is due. */
    Duration newAfter() {
        return after.compareTo(NEW_WAITS) < 0 ? after : NEW_WAITS;
    }

    /**
     * By how much earlier a pack is verified than it has to be, because others are verified just then: so a round begins at most so often,
     * and not for each pack anew.
     */
    Duration early() {
        Duration tenth = after.dividedBy(10);
        return tenth.compareTo(NEW_WAITS) < 0 ? tenth : NEW_WAITS;
    }
}
