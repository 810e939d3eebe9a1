package io.doppel.cli;

import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits until a starting server answers a command of ours, which is when all its parts stand. */
final class Readiness {
    private static final int LOOK_AGAIN_MILLIS = 100;
    /** Short: the console is restarted during a first start, and a connection to the old one is never answered. */
    private static final int CONNECT_MILLIS = 1_000;

    private final Console console;
    private final ProcessHandle server;
    private String lastAnswer = "nothing listens on its console port yet";

    Readiness(Console console, ProcessHandle server) {
        this.console = console;
        this.server = server;
    }

    /** True when {@code probe} succeeded; false when the server ended or the time is over. */
    boolean await(String probe, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (server.isAlive() && System.nanoTime() < deadline) {
            if (answers(probe)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
        return false;
    }

    String lastAnswer() {
        return server.isAlive() ? lastAnswer : "its process has ended";
    }

    private boolean answers(String probe) throws InterruptedException {
        try {
            Session session = console.connect(CONNECT_MILLIS);
            try {
                ByteArrayOutputStream output = new ByteArrayOutputStream();
                PlainOutputStream plain = new PlainOutputStream(output);
                int status = new RemoteCommand(session, probe)
                        .run(InputStream.nullInputStream(), plain, plain, Optional.empty());
                lastAnswer = output.toString(StandardCharsets.UTF_8).trim();
                return status == 0;
            } finally {
                session.disconnect();
            }
        } catch (JSchException | IOException e) {
            lastAnswer = e.getMessage();
            return false;
        }
    }
}
