package io.doppel.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run of smbd. It makes itself the leader of a process group, in which the processes of its clients are. */
final class SambaProcess {
    private static final long SECONDS = 60;
    private static final String LISTENING = "0A";

    private final Process leader;

    private SambaProcess(Process leader) {
        this.leader = leader;
    }

    /** Starts it and waits until it listens. */
    static SambaProcess start(Path folder, int port) throws IOException, InterruptedException {
        Path output = folder.resolve("log/smbd.out");
        SambaProcess server = new SambaProcess(begin(new ProcessBuilder(
                        "smbd", "-F", "-s", SambaFiles.configuration(folder).toString())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())));
        boolean listens = await(() -> !server.leader.isAlive() || server.listens(port));
        if (!listens || !server.leader.isAlive()) {
            server.kill();
            throw new IOException("smbd does not start: " + Files.readString(output) + tail(folder));
        }
        return server;
    }

    /** Starts a program of Samba's. */
    static Process begin(ProcessBuilder builder) throws IOException {
        String path = builder.environment().getOrDefault("PATH", "");
        String name = builder.command().get(0);
        // Not every user's path has the folders of the administrator's programs.
        Path program = Stream.of((path + ":/usr/sbin:/usr/bin").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new IOException("There is no " + name + ": install the Debian packages samba and smbclient"));
        List<String> command = new ArrayList<>(builder.command());
        command.set(0, program.toString());
        return builder.command(command).start();
    }

    void stop() throws InterruptedException {
        // To all of them: those of the clients would go on for a while without their leader.
        signal("TERM");
        if (!await(this::isGone)) {
            kill();
        }
    }

    void kill() throws InterruptedException {
        signal("KILL");
        if (!await(this::isGone)) {
            throw new IllegalStateException("Processes of smbd survive SIGKILL");
        }
    }

    /** Sends a signal to all its processes; that there are none is fine. */
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, "--", "-" + leader.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (leader.isAlive() && name.equals("KILL")) {
                // It may not have come as far as to lead a group.
                leader.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            leader.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    /** Whether it is this process that listens, not one of another test that was quicker to take the port. */
    private boolean listens(int port) {
        String address = String.format(Locale.ROOT, ":%04X", port);
        try {
            Set<String> sockets = Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(field -> field[1].endsWith(address) && field[3].equals(LISTENING))
                    .map(field -> "socket:[" + field[9] + "]")
                    .collect(Collectors.toSet());
            try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", leader.pid() + "", "fd"))) {
                for (Path descriptor : open) {
                    if (sockets.contains(target(descriptor))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    private boolean isGone() {
        return !leader.isAlive() && ProcessHandle.allProcesses().noneMatch(this::isOurs);
    }

    /** A living member of the group; a zombie is none, which waits for a parent that we know nothing of. */
    private boolean isOurs(ProcessHandle process) {
        return state(process.pid())
                .map(state -> state[2].equals(String.valueOf(leader.pid())) && !state[0].equals("Z"))
                .orElse(false);
    }

    /** State, parent and group: proc(5), {@code /proc/PID/stat} behind the name. */
    private static Optional<String[]> state(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", pid + "", "stat"));
            return Optional.of(line.substring(line.lastIndexOf(')') + 2).split(" "));
        } catch (IOException gone) {
            // Processes end while one looks at them: ENOENT or ESRCH.
            return Optional.empty();
        }
    }

    private static String tail(Path folder) throws IOException {
        Path log = folder.resolve("log/smbd.log");
        return Files.exists(log) ? "\n" + Files.readString(log) : "";
    }
}
