package io.doppel.cli;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.util.Map;

/** Opens SSH sessions to the server's console on the loopback address. */
final class Console {
    private static final int KEEP_ALIVE_MILLIS = 15_000;

    /** One choice each, all of them Karaf's: nothing to negotiate, and JSch loads half the classes. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("StrictHostKeyChecking", "yes"),
            Map.entry("PreferredAuthentications", "publickey"),
            Map.entry("server_host_key", SshKey.TYPE),
            Map.entry("PubkeyAcceptedAlgorithms", SshKey.TYPE),
            Map.entry("kex", "ecdh-sha2-nistp256"),
            Map.entry("cipher.c2s", "aes128-ctr"),
            Map.entry("cipher.s2c", "aes128-ctr"),
            Map.entry("mac.c2s", "hmac-sha2-256"),
            Map.entry("mac.s2c", "hmac-sha2-256"),
            Map.entry("compression.c2s", "none"),
            Map.entry("compression.s2c", "none"),
            Map.entry("CheckCiphers", ""),
            Map.entry("CheckKexes", ""),
            Map.entry("CheckMacs", ""),
            Map.entry("CheckSignatures", ""));

    private final StateFolder state;

    Console(StateFolder state) {
        this.state = state;
    }

    /**
     * Connects and authenticates; the caller disconnects the session.
     *
     * @param limitMillis how long each step may take
     * @throws JSchException when nothing answers, the server is not the pinned one, or it refuses the key
     */
    Session connect(int limitMillis) throws JSchException, IOException {
        JSch jsch = new JSch();
        jsch.setKnownHosts(state.knownHosts().toString());
        jsch.addIdentity(state.clientKey().toString());
        Session session = jsch.getSession(StateFolder.USER, "127.0.0.1", state.port());
        session.setHostKeyAlias(StateFolder.PINNED_NAME);
        SETTINGS.forEach(session::setConfig);
        session.setServerAliveInterval(KEEP_ALIVE_MILLIS);
        session.setDaemonThread(true);
        session.connect(limitMillis);
        return session;
    }
}
