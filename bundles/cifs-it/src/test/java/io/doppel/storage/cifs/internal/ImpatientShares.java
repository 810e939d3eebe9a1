package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.cifs.internal.smb.SmbLimits;

/** Opens shares, and waits for their servers a sixth as long as outside of tests. */
public final class ImpatientShares {
    private static final SmbLimits LIMITS =
            new SmbLimits(SmbLimits.USUAL.connectMs() / 6, SmbLimits.USUAL.answerMs() / 6);

    private ImpatientShares() {}

    /** As {@link CifsStorageType#open}. */
    public static Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        return CifsStorageType.open(settings, secrets, LIMITS);
    }
}
