package io.doppel.storage.cifs.internal;

import io.doppel.tck.Samba;

/** SMB 3.0 with encryption, which is AES-CCM there. */
class Smb30EncryptedContractTest extends CifsContract {
    Smb30EncryptedContractTest() {
        super("encryption=true");
    }

    @Override
    Samba.Builder server(Samba.Builder builder) {
        return builder.protocols("SMB3_00", "SMB3_00");
    }

    @Override
    String dialect() {
        return "SMB 3.0";
    }
}
