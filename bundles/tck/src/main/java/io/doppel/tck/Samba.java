package io.doppel.tck;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A real smbd of its own on a free port of the loopback address, for tests: several at once do not know of each other nor of an installed
 * one. Needs root, and of Debian the packages {@code samba} and {@code smbclient}; without them it fails and says so.
 *
 * <p>Samba wants a Unix account behind each of its users. So that no test adds to {@code /etc/passwd}, the users borrow accounts that
 * every Debian has ({@code daemon}, {@code bin}, …) by a {@code username map} (smb.conf(5)): a client logs in by the name that the test
 * chose, and the password is that of the own passdb. Files belong to root, see {@link SambaShare}.
 *
 * <p>Not for several threads at once, but {@link #kill} may come from any.
 */
public final class Samba implements AutoCloseable {
    private static final long SECONDS = 60;

    private final Path folder;
    private final Map<String, String> accounts;
    private final Thread hook = new Thread(this::killGroup, "samba-cleanup");
    private int port;
    private volatile SambaProcess server;

    private Samba(Path folder, Map<String, String> accounts) {
        this.folder = folder;
        this.accounts = accounts;
    }

    /**
     * Begins a server that has no share and no user yet.
     *
     * @param folder for its configuration, state and logs; made when it is not there
     */
    public static Builder in(Path folder) {
        return new Builder(folder);
    }

    /** What the server will be. */
    public static final class Builder {
        private final Path folder;
        private final List<SambaShare> shares = new ArrayList<>();
        private final Map<String, String> passwords = new LinkedHashMap<>();
        private final Map<String, String> globals = new LinkedHashMap<>();

        private Builder(Path folder) {
            this.folder = folder;
        }

        /** One more share. */
        public Builder share(SambaShare share) {
            shares.add(share);
            return this;
        }

        /** One more user, who may use every share that does not say otherwise. */
        public Builder user(String name, String password) {
            passwords.put(name, password);
            return this;
        }

        /** The oldest and the newest dialect as smb.conf(5) names them, such as {@code SMB2_10} and {@code SMB3_11}. */
        public Builder protocols(String oldest, String newest) {
            return global("server min protocol", oldest).global("server max protocol", newest);
        }

        /** Refuses clients that do not sign. Without it, a client that wants to sign is signed for. */
        public Builder mandatorySigning() {
            return global("server signing", "mandatory");
        }

        /** One more global setting of smb.conf(5). */
        public Builder global(String setting, String value) {
            globals.put(setting, value);
            return this;
        }

        /** Makes the server and starts it. */
        public Samba start() throws IOException, InterruptedException {
            Map<String, String> accounts = SambaFiles.accounts(passwords.keySet());
            Samba samba = new Samba(folder, accounts);
            samba.port = freePort();
            SambaFiles.write(folder, samba.port, globals, shares, accounts);
            for (Map.Entry<String, String> user : passwords.entrySet()) {
                samba.smbpasswd(user.getKey(), user.getValue(), "-a");
            }
            Runtime.getRuntime().addShutdownHook(samba.hook);
            try {
                samba.start();
            } catch (IOException | InterruptedException | RuntimeException e) {
                samba.close();
                throw e;
            }
            return samba;
        }

        /** Below those that outgoing connections get: one of them could take it between two starts. */
        private static int freePort() throws IOException {
            while (true) {
                int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
                try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    return free.getLocalPort();
                } catch (BindException taken) {
                    continue;
                }
            }
        }
    }

    /** The TCP port, the same for life. */
    public int port() {
        return port;
    }

    /** Starts it again on the same port, after {@link #kill} or {@link #stop}. Returns when it accepts connections. */
    public void start() throws IOException, InterruptedException {
        if (server != null) {
            throw new IllegalStateException("It runs");
        }
        server = SambaProcess.start(folder, port);
    }

    /** Kills it and all processes that serve its clients by SIGKILL, as a crash does. Returns when they are gone. */
    public void kill() throws InterruptedException {
        SambaProcess current = server;
        if (current != null) {
            current.kill();
            server = null;
        }
    }

    /** Ends it in good order; its clients' connections are closed. */
    public void stop() throws InterruptedException {
        SambaProcess current = server;
        if (current != null) {
            current.stop();
            server = null;
        }
    }

    /** Stops all its processes where they are, as a machine that hangs does: connections stay open, and nobody answers. */
    public void pause() {
        server.signal("STOP");
    }

    /** Has it go on after {@link #pause}. */
    public void resume() {
        server.signal("CONT");
    }

    /** What {@code smbstatus(1)} says of the sessions that it has: their dialects, ciphers and signing. */
    public String sessions() throws IOException, InterruptedException {
        return run("", Map.of(), "smbstatus", "-s", configuration(), "--processes");
    }

    /** Gives a user another password. Sessions that are open stay so, as with any SMB server. */
    public void setPassword(String user, String password) throws IOException, InterruptedException {
        smbpasswd(user, password);
    }

    /** Switches a user's account off or on. */
    public void setEnabled(String user, boolean enabled) throws IOException, InterruptedException {
        run("", Map.of(), "smbpasswd", "-c", configuration(), enabled ? "-e" : "-d", accounts.get(user));
    }

    /**
     * Changes a user's account by {@code pdbedit(8)}.
     *
     * @param options such as {@code --kickoff-time=1}, without user and configuration
     */
    public void pdbedit(String user, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("pdbedit", "-s", configuration(), "-r", "-u", accounts.get(user)));
        command.addAll(List.of(options));
        run("", Map.of(), command.toArray(String[]::new));
    }

    /**
     * Runs {@code smbclient(1)} against it.
     *
     * @param commands as after {@code -c}
     * @return what it printed
     * @throws IOException when it fails, with what it printed
     */
    public String smbclient(String share, String user, String password, String commands)
            throws IOException, InterruptedException {
        return run(
                "",
                Map.of("PASSWD", password),
                "smbclient",
                "-s",
                configuration(),
                "-p",
                String.valueOf(port),
                "-U",
                user,
                "//127.0.0.1/" + share,
                "-c",
                commands);
    }

    /** The folder of its logs. */
    public Path logs() {
        return folder.resolve("log");
    }

    /** Kills it. Idempotent. */
    @Override
    public void close() throws InterruptedException {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException leaving) {
            // The hook has its turn, and finds nothing.
            return;
        }
    }

    private void killGroup() {
        SambaProcess current = server;
        if (current != null) {
            current.signal("KILL");
        }
    }

    private void smbpasswd(String user, String password, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("smbpasswd", "-c", configuration(), "-s"));
        command.addAll(List.of(options));
        command.add(accounts.get(user));
        run(password + "\n" + password + "\n", Map.of(), command.toArray(String[]::new));
    }

    private String configuration() {
        return SambaFiles.configuration(folder).toString();
    }

    private static String run(String input, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("doppel-samba", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = SambaProcess.begin(builder);
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command[0] + " does not end: " + Files.readString(output));
            }
            if (process.exitValue() != 0) {
                throw new IOException(command[0] + " failed: " + Files.readString(output));
            }
            return Files.readString(output);
        } finally {
            Files.delete(output);
        }
    }
}
