package io.doppel.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.tck.MemorySecrets;
import java.io.IOException;
import java.util.HexFormat;

/** The keys that clients made for themselves, out of their secrets. */
final class Keys {
    private Keys() {}

    /** The key that belongs to a code that was used. */
    static TlsIdentity of(MemorySecrets secrets, EnrolmentCode code) throws DoppelException, IOException {
        char[] text =
                secrets.get(secrets.find("offsite/" + code.tokenId() + "/key").orElseThrow());
        return TlsIdentity.decode(HexFormat.of().parseHex(text, 0, text.length));
    }
}
