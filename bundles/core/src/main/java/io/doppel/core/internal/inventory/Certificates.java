package io.doppel.core.internal.inventory;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.spi.hypervisor.HypervisorType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the certificates that somebody has to confirm before a host is used. */
final class Certificates {
    /** The setting with what was confirmed, of every type that has certificates. */
    private static final String CONFIRMED = "fingerprint";

    private Certificates() {}

    /** Those that the peers show and that the settings do not hold; secrets among the settings are not passed on. */
    static List<PeerCertificate> unconfirmed(HypervisorType type, Map<String, String> given) throws DoppelException {
        SettingsSpec whole = type.settings();
        Map<String, String> open = new HashMap<>(given);
        whole.fields().stream().filter(SettingField::isSecret).forEach(f -> open.remove(f.name()));
        Settings settings = SettingsSpec.of(
                        whole.fields().stream().filter(f -> !f.isSecret()).toArray(SettingField[]::new))
                .parse(open);
        Set<Fingerprint> confirmed = new HashSet<>();
        for (String text : settings.list(CONFIRMED)) {
            confirmed.add(parse(text));
        }
        return type.certificates(settings).stream()
                .filter(c -> !confirmed.contains(c.fingerprint()))
                .toList();
    }

    private static Fingerprint parse(String text) throws DoppelException {
        try {
            return Fingerprint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + CONFIRMED + "' is '" + text + "', expected SHA-256 fingerprints (32 pairs of hex digits)",
                    e);
        }
    }
}
