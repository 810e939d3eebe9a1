package io.doppel.storage.offsite.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** The storage type {@code offsite}. */
@Component
public final class OffsiteStorageType implements StorageType {
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String CODE = "code";

    private static final SettingsSpec SPEC = SettingsSpec.of(
            SettingField.required(
                            HOST, SettingType.HOST, "Name or address of the offsite module, or of what forwards to it.")
                    .asAddress(),
            SettingField.optional(PORT, SettingType.PORT, "TCP port of the module.")
                    .withDefault("2811")
                    .asAddress(),
            SettingField.required(
                    CODE, SettingType.SECRET, "Enrolment code that the module's admin got from offsite-client-add."),
            SettingField.optional(READ_ONLY, SettingType.BOOLEAN, "Whether nothing at all may be written there.")
                    .withDefault("false"));

    /** Makes and finds the client's own key; one at a time, so that two openings make one key. */
    private static final Object KEYS = new Object();

    @Override
    public String name() {
        return "offsite";
    }

    @Override
    public String title() {
        return "Offsite module, which keeps what was deleted for a while";
    }

    @Override
    public SettingsSpec settings() {
        return SPEC;
    }

    @Override
    public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        SecretRef secret = settings.secret(CODE).orElseThrow();
        EnrolmentCode code = code(secrets, secret);
        Module module = new Module(
                settings.text(HOST),
                (int) settings.integer(PORT),
                code.module(),
                own(secrets, code.tokenId()),
                () -> code(secrets, secret).token());
        return OffsiteStorage.open(module, settings.flag(READ_ONLY));
    }

    private static EnrolmentCode code(SecretStore secrets, SecretRef secret) throws DoppelException {
        char[] text = secrets.get(secret);
        try {
            return EnrolmentCode.parse(text);
        } catch (IllegalArgumentException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'" + CODE + "' is no enrolment code of an offsite module, or has a slip");
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    /** The key that this server shows with that token. A key of its own for each, so that modules cannot tell who else is a client. */
    private static TlsIdentity own(SecretStore secrets, String tokenId) throws DoppelException {
        String purpose = "offsite/" + tokenId + "/key";
        synchronized (KEYS) {
            Optional<SecretRef> kept = secrets.find(purpose);
            if (kept.isEmpty()) {
                TlsIdentity made = TlsIdentity.make("doppel");
                char[] text = HexFormat.of().formatHex(made.encode()).toCharArray();
                try {
                    secrets.put(purpose, text);
                } finally {
                    Arrays.fill(text, '\0');
                }
                return made;
            }
            char[] text = secrets.get(kept.get());
            try {
                return TlsIdentity.decode(HexFormat.of().parseHex(text, 0, text.length));
            } catch (IOException | IllegalArgumentException e) {
                throw new DoppelException(CommonError.INTERNAL, "The secret '" + purpose + "' holds no key", e);
            } finally {
                Arrays.fill(text, '\0');
            }
        }
    }
}
