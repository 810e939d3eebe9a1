package io.doppel.karaf;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An unpacked distribution with a state folder, a home folder and a port of its own. Its Java compiles no more than a start needs, which
 * makes a start cost half; {@link #asShipped} leaves that out.
 */
final class Server implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private final Path folder;
    private final int port;
    private final List<String> prefix;
    private final String javaOptions;

    private Server(Path folder, int port, List<String> prefix, String javaOptions) {
        this.folder = folder;
        this.port = port;
        this.prefix = prefix;
        this.javaOptions = javaOptions;
    }

    /** Unpacks what the build has just assembled. */
    static Server unpack(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("dist"));
        Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(folder.resolve("scratch"));
        ProcessBuilder tar = new ProcessBuilder(
                "tar", "xzf", System.getProperty("doppel.archive"), "--strip-components=1", "-C", folder + "/dist");
        Programs.run(tar, folder.resolve("scratch"), LIMIT).mustSucceed();
        return new Server(folder, freePort(), List.of(), QUICK_START);
    }

    /** Below those that outgoing connections get: one of them could take it before the server does, or between two starts. */
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                continue;
            }
        }
    }

    /** The same server with the options of Java that people get. */
    Server asShipped() {
        return new Server(folder, port, prefix, "");
    }

    /** The same server, its programs started through another one, such as {@code setpriv}, before those it has. */
    Server through(String... program) {
        List<String> all = new ArrayList<>(List.of(program));
        all.addAll(prefix);
        return new Server(folder, port, all, javaOptions);
    }

    /** The same server, run by an ordinary user: nobody in place of root; anybody else is ordinary already. */
    Server asOrdinaryUser() throws IOException, InterruptedException {
        if (!isRoot()) {
            return this;
        }
        Files.createDirectories(state());
        giveAway(folder.resolve("home"));
        giveAway(state());
        Programs.run(new ProcessBuilder("chmod", "a+x", folder.toString()), folder.resolve("scratch"), LIMIT)
                .mustSucceed();
        return through("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
    }

    /** Makes a tree belong to the ordinary user. */
    void giveAway(Path tree) throws IOException, InterruptedException {
        if (isRoot()) {
            ProcessBuilder chown = new ProcessBuilder("chown", "-R", "nobody:nogroup", tree.toString());
            Programs.run(chown, folder.resolve("scratch"), LIMIT).mustSucceed();
        }
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    Outcome doppel(String... arguments) throws IOException, InterruptedException {
        return Programs.run(builder(arguments), folder.resolve("scratch"), LIMIT);
    }

    ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(distribution().resolve("bin/doppel").toString());
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("DOPPEL_HOME", state().toString());
        builder.environment().put("DOPPEL_SSH_PORT", String.valueOf(port));
        builder.environment().put("DOPPEL_JAVA_OPTS", javaOptions);
        builder.environment().remove("DOPPEL_TTY");
        // A bare machine or a service has no more than this.
        builder.environment().put("LC_ALL", "POSIX");
        return builder;
    }

    Path distribution() {
        return folder.resolve("dist");
    }

    Path state() {
        return folder.resolve("state of it");
    }

    int port() {
        return port;
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(state().resolve("server.pid")).trim());
    }

    String log() throws IOException {
        return Files.readString(state().resolve("log/doppel.log")) + Files.readString(state().resolve("log/boot.log"));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        doppel("stop").mustSucceed();
    }
}
