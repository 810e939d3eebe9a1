package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.retention.Pin;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.apache.karaf.shell.support.ShellUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines of text through a session of Karaf, as its SSH server runs them. */
class KarafSessionTest {
    private final Desk services = Desk.script();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private SessionFactoryImpl factory;

    @BeforeEach
    void start() {
        factory = new SessionFactoryImpl(ThreadIo.SHARED);
        services.register(factory);
    }

    @AfterEach
    void stop() {
        factory.stop();
    }

    private Session session(String input, Map<String, String> environment) {
        Session session = factory.create(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                // As the SSH server does it: what nobody flushes is never sent.
                new PrintStream(new BufferedOutputStream(err), false, StandardCharsets.UTF_8));
        environment.forEach(session::put);
        return session;
    }

    private String outText() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errText() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void optionsStandAnywhereAndWordsKeepTheirSpaces() throws Exception {
        Session session = session("", Map.of());
        session.execute("doppel:host-add folder --name 'zwei Wörter' --set 'path=/srv/a  b'");
        assertEquals("Host 'zwei Wörter' was added.\n", outText());
        assertEquals(Map.of("path", "/srv/a  b"), services.inventory.lastSettings);
        session.execute("doppel:backup lab/* --vault main --detach");
        assertEquals("lab/*", services.jobs.runs.get(7L).definition().machines().get(0));
    }

    @Test
    void pinIsOfWhoIsLoggedIn() throws Exception {
        session("", Map.of("USER", "anna")).execute("doppel:version-pin 7c1e --reason 'the audit of 2026'");
        Pin pin = services.retention.pins.get(1);
        assertEquals(List.of("anna", "the audit of 2026"), List.of(pin.by(), pin.reason()));
    }

    @Test
    void failureIsOneLineOnStandardErrorAndNoOutput() {
        Session session = session("", Map.of());
        Exception e = assertThrows(Exception.class, () -> session.execute("doppel:version-show --json nope"));
        ShellUtil.logException(session, e);
        assertEquals("", outText());
        assertEquals("DPL-API-0007: There is no version 'nope'. List what exists and correct the name.\n", errText());
    }

    @Test
    void lineAfterAFailureIsNotRun() {
        Session session = session("", Map.of());
        assertThrows(
                Exception.class, () -> session.execute("doppel:version-show nope ; doppel:vault-remove main --yes"));
        assertEquals(1, services.vaults.vaults.size());
    }

    @Test
    void clientsTerminalTellsTheWidth() throws Exception {
        Session session = session("", Map.of("COLUMNS", "30", "LINES", "24", "TERM", "xterm"));
        session.execute("doppel:job-list");
        assertTrue(outText().lines().allMatch(line -> line.length() <= 30), outText());
        assertFalse(outText().contains("OUTCOME"));
    }

    @Test
    void questionIsAnsweredThroughTheClientsTerminal() throws Exception {
        session("yes\r", Map.of("COLUMNS", "80", "TERM", "xterm")).execute("doppel:vault-remove main");
        assertEquals(0, services.vaults.vaults.size());
        assertThrows(Exception.class, () -> session("yes\n", Map.of()).execute("doppel:host-remove lab"));
        assertTrue(errText().startsWith("DPL-SHL-0002"), errText());
        assertEquals(1, services.inventory.hosts.size());
    }

    @Test
    void secretComesFromStandardInput() throws Exception {
        session("gehéim\nrest", Map.of())
                .execute("doppel:host-add pool --name p --set address=h --set-secret password=-");
        assertEquals("gehéim", services.inventory.lastSettings.get("password"));
        assertFalse(outText().contains("geh"));
    }

    @Test
    void controlCOnStandardInputStopsTheRun() {
        assertThrows(Exception.class, () -> session("\u0003", Map.of()).execute("doppel:backup lab/web --vault main"));
        assertEquals(List.of(7L), services.jobs.cancelled);
        assertTrue(errText().contains("Stopping run 7"), errText());
    }

    /** What the SSH server sends of one of a command's streams: whatever was written until a flush, as one packet. */
    private static final class Packets extends BufferedOutputStream {
        Packets(List<String> sent) {
            super(new OutputStream() {
                @Override
                public void write(int b) {
                    throw new AssertionError("single bytes");
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    sent.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
                }
            });
        }
    }

    private List<String> sent(String command, Map<String, String> environment) {
        List<String> sent = new ArrayList<>();
        Session session = factory.create(
                new ByteArrayInputStream("no\r".getBytes(StandardCharsets.UTF_8)),
                new PrintStream(new Packets(sent), false, StandardCharsets.UTF_8),
                new PrintStream(new Packets(sent), false, StandardCharsets.UTF_8));
        environment.forEach(session::put);
        try {
            session.execute(command);
        } catch (Exception e) {
            ShellUtil.logException(session, e);
        }
        return sent;
    }

    @Test
    void linesOfBothStreamsAreSentWholeAndInTheOrderInWhichTheyWerePrinted() {
        List<String> sent = sent("doppel:vault-add local --name other --set path=/x", Map.of());
        assertEquals(2, sent.size(), sent.toString());
        assertEquals("Vault 'other' was made.\n", sent.get(0));
        assertTrue(sent.get(1).startsWith("Reminder: ") && sent.get(1).endsWith("key-export other\n"), sent.get(1));
    }

    @Test
    void progressIsSentWhileTheRunGoesOn() {
        services.jobs.steps = 3;
        List<String> sent = sent("doppel:backup lab/web --vault main", Map.of("COLUMNS", "80", "TERM", "xterm"));
        long frames =
                sent.stream().filter(packet -> packet.contains("run 7 backup")).count();
        assertTrue(frames >= 2, sent.toString());
    }

    @Test
    void questionIsSentBeforeTheAnswerIsRead() {
        List<String> sent = sent("doppel:vault-remove main", Map.of("COLUMNS", "80", "TERM", "xterm"));
        assertTrue(sent.get(0).endsWith("(yes/no) "), sent.toString());
        assertTrue(sent.get(sent.size() - 1).contains("DPL-SHL-"), sent.toString());
    }

    @Test
    void helpNamesEveryOption() throws Exception {
        session("", Map.of()).execute("doppel:restore --help");
        for (String option : Commands.options("restore")) {
            assertTrue(outText().contains(option), option);
        }
        assertEquals(1, services.jobs.runs.size());
    }
}
