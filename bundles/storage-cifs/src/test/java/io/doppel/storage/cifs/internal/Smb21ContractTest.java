package io.doppel.storage.cifs.internal;

import io.doppel.tck.Samba;

/** SMB 2.1, where signatures are HMAC-SHA-256. */
class Smb21ContractTest extends CifsContract {
    Smb21ContractTest() {
        super();
    }

    @Override
    Samba.Builder server(Samba.Builder builder) {
        return builder.protocols("SMB2_10", "SMB2_10").mandatorySigning();
    }

    @Override
    String dialect() {
        return "SMB 2.1";
    }
}
