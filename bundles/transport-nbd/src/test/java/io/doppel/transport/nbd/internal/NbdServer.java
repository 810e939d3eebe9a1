package io.doppel.transport.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real NBD server (Debian: qemu-utils, nbdkit) on a port of the loopback interface. */
public final class NbdServer implements AutoCloseable {
    private final List<String> command;
    private final Path folder;
    private final int port;
    private Process process;

    private NbdServer(List<String> command, Path folder, int port) throws IOException, InterruptedException {
        this.command = command;
        this.folder = folder;
        this.port = port;
        start();
    }

    /** qemu-nbd with these arguments, the image last. */
    public static NbdServer qemu(Path folder, String... arguments) throws IOException, InterruptedException {
        int port = freePort();
        List<String> command =
                new ArrayList<>(List.of("qemu-nbd", "--persistent", "--bind=127.0.0.1", "--port=" + port));
        command.addAll(List.of(arguments));
        return new NbdServer(command, folder, port);
    }

    /** nbdkit with these arguments. */
    public static NbdServer nbdkit(Path folder, String... arguments) throws IOException, InterruptedException {
        int port = freePort();
        List<String> command =
                new ArrayList<>(List.of("nbdkit", "--foreground", "--ipaddr=127.0.0.1", "--port=" + port));
        command.addAll(List.of(arguments));
        return new NbdServer(command, folder, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Starts it again on the same port. */
    void start() throws IOException, InterruptedException {
        Path pid = Files.createTempFile(folder, "server", ".pid");
        Path log = Files.createTempFile(folder, "server", ".log");
        Files.delete(pid);
        List<String> all = new ArrayList<>(command);
        all.add(1, (command.get(0).equals("nbdkit") ? "--pidfile=" : "--pid-file=") + pid);
        process = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        // Both write it when they listen.
        for (int i = 0; !Files.exists(pid); i++) {
            assertTrue(process.isAlive() && i < 1000, () -> String.join(" ", all) + "\n" + text(log));
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    public int port() {
        return port;
    }

    /** Kills it as a crash would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it from answering, or lets it go on. */
    void signal(String name) throws IOException, InterruptedException {
        run("bash", "-c", "kill -" + name + " " + process.pid());
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** Runs a tool that must succeed. */
    public static String run(String... command) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
        tool.getOutputStream().close();
        String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, tool.waitFor(), () -> String.join(" ", command) + "\n" + output);
        return output;
    }
}
