package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.cifs.internal.smb.SmbLimits;

/** The storage type for shares, which waits for servers a sixth as long as outside of tests. */
public final class ImpatientShares implements StorageType {
    private static final SmbLimits LIMITS =
            new SmbLimits(SmbLimits.USUAL.connectMs() / 6, SmbLimits.USUAL.answerMs() / 6);

    private final CifsStorageType real = new CifsStorageType();

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public String title() {
        return real.title();
    }

    @Override
    public SettingsSpec settings() {
        return real.settings();
    }

    @Override
    public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        return CifsStorageType.open(settings, secrets, LIMITS);
    }
}
