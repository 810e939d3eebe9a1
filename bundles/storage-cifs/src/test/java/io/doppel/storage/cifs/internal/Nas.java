package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.storage.cifs.internal.smb.SmbLimits;
import io.doppel.tck.MemorySecrets;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A real smbd with a share {@code store}, and the settings that reach it. */
final class Nas implements AutoCloseable {
    static final String USER = "vault";
    static final String PASSWORD = "Correct-Horse-1";
    static final String WEAK = "weak";
    static final String WEAK_PASSWORD = "Battery-Staple-2";

    /** How long tests wait for a server that does answer: long, for a machine that is busy. */
    static final SmbLimits LIMITS = new SmbLimits(30_000, 60_000);

    private final Path folder;
    private final Samba samba;
    private final MemorySecrets secrets = new MemorySecrets();

    private Nas(Path folder, Samba samba) {
        this.folder = folder;
        this.samba = samba;
    }

    /** Begins a server in a folder; its share can be read by the weak user, too. */
    static Samba.Builder builder(Path folder) {
        return Samba.in(folder.resolve("smbd"))
                .share(SambaShare.of("store", folder.resolve("store")).readableFor(WEAK))
                .user(USER, PASSWORD)
                .user(WEAK, WEAK_PASSWORD);
    }

    static Nas start(Path folder) throws Exception {
        return of(folder, builder(folder).start());
    }

    static Nas of(Path folder, Samba samba) {
        return new Nas(folder, samba);
    }

    Samba samba() {
        return samba;
    }

    /** What the share shows. */
    Path store() {
        return folder.resolve("store");
    }

    MemorySecrets secrets() {
        return secrets;
    }

    CifsStorage open(String... more) throws DoppelException {
        return open(LIMITS, more);
    }

    /** Opens with settings in the form {@code name=value} beside or in place of the usual ones. */
    CifsStorage open(SmbLimits limits, String... more) throws DoppelException {
        Map<String, String> values = new HashMap<>(Map.of(
                "server", "127.0.0.1",
                "port", String.valueOf(samba.port()),
                "share", "store",
                "path", "vaults/one",
                "user", USER));
        values.put("password", secrets.put("test", PASSWORD.toCharArray()).id());
        for (String pair : more) {
            int equals = pair.indexOf('=');
            String name = pair.substring(0, equals);
            String value = pair.substring(equals + 1);
            values.put(
                    name,
                    name.endsWith("password")
                            ? secrets.put("test", value.toCharArray()).id()
                            : value);
        }
        return CifsStorageType.open(new CifsStorageType().settings().parse(values), secrets, limits);
    }

    @Override
    public void close() throws Exception {
        samba.close();
    }
}
