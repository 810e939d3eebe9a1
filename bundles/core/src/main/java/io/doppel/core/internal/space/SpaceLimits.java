package io.doppel.core.internal.space;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.space.SpaceView;
import java.util.Map;

/**
 * The limits of one place: each a share of its size, and bytes that are enough however large it is. The smaller of the two counts.
 *
 * @param warnPercent jobs warn below this share; 0 for never
 * @param warnMost but not while so many bytes are free
 * @param refusePercent jobs are refused below this share; 0 for never
 * @param refuseMost but not while so many bytes are free
 */
record SpaceLimits(long warnPercent, long warnMost, long refusePercent, long refuseMost) {
    private static final String WARN_PERCENT = "warn-percent";
    private static final String WARN_MOST = "warn-most";
    private static final String REFUSE_PERCENT = "refuse-percent";
    private static final String REFUSE_MOST = "refuse-most";

    private static final SettingsSpec OF_VAULTS = spec("64G", "8G");
    /** The server itself needs little: rows of runs, and indexes that are a thousandth of what they tell of. */
    private static final SettingsSpec OF_SERVER = spec("2G", "512M");

    private static SettingsSpec spec(String warn, String refuse) {
        return SettingsSpec.of(
                percent(WARN_PERCENT, "Jobs warn when less of the space than this is free; 0 for never.", "5"),
                bytes(WARN_MOST, "But not while this much is free.", warn),
                percent(
                        REFUSE_PERCENT,
                        "New backups are refused when less of the space than this is free; 0 for never.",
                        "2"),
                bytes(REFUSE_MOST, "But not while this much is free.", refuse));
    }

    private static SettingField percent(String name, String help, String preset) {
        return SettingField.optional(name, SettingType.INTEGER, help)
                .withLimits(0, 100)
                .withUnit("%")
                .withDefault(preset);
    }

    private static SettingField bytes(String name, String help, String preset) {
        return SettingField.optional(name, SettingType.SIZE, help)
                .withLimits(0, Long.MAX_VALUE)
                .withDefault(preset);
    }

    static SettingsSpec spec(SpaceView.Kind kind) {
        return kind == SpaceView.Kind.VAULT ? OF_VAULTS : OF_SERVER;
    }

    static SpaceLimits parse(SpaceView.Kind kind, Map<String, String> values) throws DoppelException {
        Settings set = spec(kind).parse(values);
        SpaceLimits limits = new SpaceLimits(
                set.integer(WARN_PERCENT), set.size(WARN_MOST), set.integer(REFUSE_PERCENT), set.size(REFUSE_MOST));
        boolean warns = limits.warnPercent > 0 && limits.warnMost > 0;
        if (warns && limits.refusePercent > limits.warnPercent) {
            throw refusesFirst(REFUSE_PERCENT, WARN_PERCENT);
        }
        if (warns && limits.refuseMost > limits.warnMost) {
            throw refusesFirst(REFUSE_MOST, WARN_MOST);
        }
        return limits;
    }

    private static DoppelException refusesFirst(String refuse, String warn) {
        return new DoppelException(
                CommonError.BAD_SETTING,
                "'" + refuse + "' is more than '" + warn + "': jobs would be refused before they warn");
    }

    /** Jobs warn when less of so many bytes is free. */
    long warnBelow(long total) {
        return Math.min(share(total, warnPercent), warnMost);
    }

    /** Jobs are refused when less of so many bytes is free. */
    long refuseBelow(long total) {
        return Math.min(share(total, refusePercent), refuseMost);
    }

    private static long share(long total, long percent) {
        return total / 100 * percent + total % 100 * percent / 100;
    }
}
