package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.console.JLineTerminal;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.jline.terminal.Size;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys pressed in Karaf's interactive shell on a terminal that understands control characters. */
@Timeout(60)
class ConsoleTest {
    /** Shown with each prompt, when it takes keys. */
    private static final String PROMPT = "\u001b[?2004h";

    @TempDir
    Path home;

    private final Desk services = Desk.script();
    private final PipedOutputStream keys = new PipedOutputStream();
    private final Shown shown = new Shown();
    private SessionFactoryImpl factory;
    private Session session;
    private Thread thread;

    /** What the terminal got; whoever waits for a text is woken. */
    private static final class Shown extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }

        @Override
        public synchronized void write(int b) {
            super.write(b);
            notifyAll();
        }
    }

    @BeforeEach
    void start() throws Exception {
        System.setProperty("karaf.home", home.toString());
        System.setProperty("karaf.etc", home.toString());
        factory = new SessionFactoryImpl(ThreadIo.SHARED);
        services.register(factory);
        ExternalTerminal terminal =
                new ExternalTerminal("test", "xterm", new PipedInputStream(keys), shown, StandardCharsets.UTF_8);
        terminal.setSize(new Size(100, 30));
        JLineTerminal wrapped = new JLineTerminal(terminal);
        PrintStream out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
        // As the SSH server does it: standard error is a stream of its own, which our client does not show.
        PrintStream unseen = new PrintStream(OutputStream.nullOutputStream());
        session = factory.create(terminal.input(), out, unseen, wrapped, "UTF-8", () -> {});
        thread = new Thread(session, "console");
        thread.start();
        await(PROMPT);
    }

    @AfterEach
    void stop() throws Exception {
        // At the end of the keys the session ends by itself, after the command that still goes on: a thread of Gogo's
        // that
        // outlived it would set its own System.out again.
        keys.close();
        thread.join();
        session.close();
        factory.stop();
        System.clearProperty("karaf.home");
        System.clearProperty("karaf.etc");
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    private void press(String text) throws Exception {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private void await(String expected) throws InterruptedException {
        await(expected, 1);
    }

    private void await(String expected, int times) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        synchronized (shown) {
            while (text().split(Pattern.quote(expected), -1).length <= times) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                assertTrue(left > 0, () -> "In vain: " + expected + "\nShown: " + text());
                shown.wait(left);
            }
        }
    }

    @Test
    void controlCStopsTheRunAndSaysSo() throws Exception {
        services.jobs.steps = 1_000;
        press("doppel:backup lab/web --vault main\r");
        await("run 7 backup");
        press("\u0003");
        await("Stopping run 7 ...");
        await("Run 7 was cancelled after 1:05");
        await("DPL-SHL-0009");
        assertEquals(List.of(7L), services.jobs.cancelled);
        assertFalse(text().contains("Exception"), text());
        await(PROMPT, 2);
        press("doppel:backup lab/web --vault main --detach\r");
        await("Run 8 is queued");
    }

    @Test
    void secretIsNotShownWhileItIsTyped() throws Exception {
        press("doppel:host-add pool --name p --set address=h\r");
        await("(password): ");
        press("gEheim\r");
        await("Host 'p' was added.");
        assertEquals("gEheim", services.inventory.lastSettings.get("password"));
        assertFalse(text().contains("gEh"), text());
    }

    @Test
    void tabCompletesAnOptionBehindTheArgument() throws Exception {
        press("doppel:host-add folder --na\t");
        await("--name");
        press("lab2 --set \t");
        await("path=");
    }
}
