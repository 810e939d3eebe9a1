package io.doppel.cifs.it;

import io.doppel.tck.Forwarder;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A second site that is a share of another smbd. */
final class ShareSite implements SecondSite {
    private static final String SHARE = "offsite";
    private static final String USER = "away";
    private static final String PASSWORD = "second secret";
    private static final String VAULT = "v";

    private final Path shared;
    private final Samba samba;
    private final Forwarder line;

    ShareSite(Path folder) throws Exception {
        shared = folder.resolve("nas");
        samba = Samba.in(folder.resolve("samba"))
                .share(SambaShare.of(SHARE, shared))
                .user(USER, PASSWORD)
                .start();
        line = Forwarder.to(samba.port());
    }

    @Override
    public Forwarder line() {
        return line;
    }

    @Override
    public String type() {
        return Rig.TYPE;
    }

    private static Map<String, String> settings(int port, boolean readOnly) {
        return Map.of(
                "server", Rig.ADDRESS,
                "port", Integer.toString(port),
                "share", SHARE,
                "path", VAULT,
                "user", USER,
                "password", PASSWORD,
                "read-only", Boolean.toString(readOnly));
    }

    @Override
    public Map<String, String> settings() {
        return settings(line.port(), false);
    }

    @Override
    public Map<String, String> settingsOfReader() {
        return settings(samba.port(), true);
    }

    @Override
    public Map<String, String> settingsOfSuccessor() {
        return settings(samba.port(), false);
    }

    @Override
    public long packs() throws IOException {
        return SecondSite.bytes(shared.resolve(VAULT).resolve("data"));
    }

    @Override
    public void close() throws Exception {
        line.close();
        samba.close();
    }
}
