package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options of a restore to a pool.
 *
 * @param storage storage repository by disk key, {@code *} for all others
 * @param networks network of the pool by network of the version, {@code *} for all others
 * @param newMac whether network cards get new addresses
 * @param suffix what is put behind the name of a new machine
 * @param start whether to start the machine in the end
 * @param shutDown whether a running original is shut down
 */
record RestoreOptions(
        Map<String, String> storage,
        Map<String, String> networks,
        boolean newMac,
        String suffix,
        boolean start,
        boolean shutDown) {
    static final String ALL = "*";

    /** Word for a card in no network at all. */
    static final String NONE = "none";

    private static final String STORAGE = "storage";
    private static final String NETWORKS = "networks";
    private static final String MAC = "mac";
    private static final String KEEP = "keep";
    private static final String NEW = "new";
    private static final String SUFFIX = "name-suffix";
    private static final String START = "start";
    private static final String SHUT_DOWN = "shut-down";

    static final SettingField NETWORKS_FIELD = SettingField.optional(
            NETWORKS,
            SettingType.LIST,
            "Network (name or uuid) for all cards, or old=new entries, 'none' for no card; without it the network of the"
                    + " same uuid, else of the same VLAN and name");
    static final SettingField MAC_FIELD = SettingField.choice(
            MAC, "Whether network cards keep their addresses or get new ones", KEEP, List.of(KEEP, NEW));

    static SettingsSpec spec() {
        return SettingsSpec.of(
                SettingField.optional(
                        STORAGE,
                        SettingType.LIST,
                        "Storage repository (name or uuid) of all disks, or disk=storage entries; without it where they"
                                + " were, else the pool's default"),
                NETWORKS_FIELD,
                MAC_FIELD,
                SettingField.optional(
                        SUFFIX, SettingType.TEXT, "Text put behind the name of a new machine, for example -Restore"),
                SettingField.optional(START, SettingType.BOOLEAN, "Start the machine in the end")
                        .withDefault("false"),
                SettingField.optional(
                                SHUT_DOWN,
                                SettingType.BOOLEAN,
                                "Shut down the machine that is restored over if it runs")
                        .withDefault("false"));
    }

    static RestoreOptions read(Map<String, String> options) throws DoppelException {
        return new RestoreOptions(
                entries(STORAGE, options.getOrDefault(STORAGE, "")),
                entries(NETWORKS, options.getOrDefault(NETWORKS, "")),
                NEW.equals(options.get(MAC)),
                options.getOrDefault(SUFFIX, ""),
                Boolean.parseBoolean(options.get(START)),
                Boolean.parseBoolean(options.get(SHUT_DOWN)));
    }

    /** Those for network cards alone. */
    static RestoreOptions ofCards(Map<String, String> options) throws DoppelException {
        Map<String, String> cards = new LinkedHashMap<>(options);
        cards.keySet().retainAll(List.of(NETWORKS, MAC));
        return read(cards);
    }

    private static Map<String, String> entries(String option, String text) throws DoppelException {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            int equals = entry.indexOf('=');
            String key = equals < 0 ? ALL : entry.substring(0, equals).strip();
            String value = entry.substring(equals + 1).strip();
            if (key.isEmpty() || value.isEmpty() || entries.put(key, value) != null) {
                throw new DoppelException(
                        XenError.BAD_OPTION, "'" + entry.strip() + "' in '" + option + "' is no entry or stands twice");
            }
        }
        return entries;
    }

    /** The value for a key or for all. */
    static Optional<String> find(Map<String, String> entries, String... keys) {
        for (String key : keys) {
            if (entries.containsKey(key)) {
                return Optional.of(entries.get(key));
            }
        }
        return Optional.ofNullable(entries.get(ALL));
    }
}
