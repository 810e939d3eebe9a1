package io.doppel.storage.cifs.internal;

import io.doppel.tck.Samba;

/** SMB 3.1.1, where signatures are AES-GMAC. */
class Smb311ContractTest extends CifsContract {
    Smb311ContractTest() {
        super();
    }

    @Override
    Samba.Builder server(Samba.Builder builder) {
        return builder.protocols("SMB3_11", "SMB3_11");
    }

    @Override
    String dialect() {
        return "SMB 3.1.1";
    }
}
