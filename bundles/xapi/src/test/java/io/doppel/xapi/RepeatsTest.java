package io.doppel.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.xapi.FakeHost.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose answer is lost. */
class RepeatsTest {
    private static final String LOGIN = "session.login_with_password";
    private static final XapiLogin ME = new XapiLogin("root", "secret-word"::toCharArray, "test");

    private static XapiSession open(FakeHost host, Duration silence) throws DoppelException {
        XapiRoute route = new XapiRoute(false, 80, Set.of(), AddressMap.NONE, Optional.empty(), silence);
        return XapiSession.open(route, ME, List.of(host.address()));
    }

    private static XapiSession open(FakeHost host) throws DoppelException {
        return open(host, Duration.ofSeconds(10));
    }

    /** A host that carries out what it is told and loses the first answer of each method that is no login. */
    private static FakeHost losing(FakeHost.Answers answers) throws Exception {
        Set<String> lost = ConcurrentHashMap.newKeySet();
        return new FakeHost((method, params) -> {
            if (method.equals(LOGIN)) {
                return "OpaqueRef:s";
            }
            Object answer = answers.answer(method, params);
            if (lost.add(method)) {
                throw new Failure(FakeHost.DROP);
            }
            return answer;
        });
    }

    @Test
    void whatWasDestroyedIsGoneWithoutAFailure() throws Exception {
        AtomicInteger there = new AtomicInteger(1);
        try (FakeHost host = losing((method, params) -> {
                    if (there.getAndDecrement() <= 0) {
                        throw new Failure("HANDLE_INVALID", "VDI", "OpaqueRef:1");
                    }
                    return "";
                });
                XapiSession session = open(host)) {
            session.call("VDI.destroy", "OpaqueRef:1");
            assertEquals(List.of(LOGIN, "VDI.destroy", "VDI.destroy"), host.calls);
            // Of an answer that came nothing is hidden.
            XapiFailure e = assertThrows(XapiFailure.class, () -> session.call("VDI.destroy", "OpaqueRef:1"));
            assertTrue(e.named("HANDLE_INVALID"));
        }
    }

    private static Object add(Map<String, String> map, String method, JsonNode params) throws Failure {
        if (method.equals("VM.get_other_config")) {
            return map;
        }
        if (map.putIfAbsent(params.get(2).asText(), params.get(3).asText()) != null) {
            throw new Failure("MAP_DUPLICATE_KEY", "VM", "other_config");
        }
        return "";
    }

    @Test
    void whatWasAddedIsThereWithoutAFailure() throws Exception {
        Map<String, String> map = new ConcurrentHashMap<>();
        try (FakeHost host = losing((method, params) -> add(map, method, params));
                XapiSession session = open(host)) {
            session.call("VM.add_to_other_config", "OpaqueRef:1", "key", "value");
            assertEquals(Map.of("key", "value"), map);
        }
    }

    @Test
    void whatSomebodyElseAddedIsAFailure() throws Exception {
        Map<String, String> map = new ConcurrentHashMap<>(Map.of("key", "another"));
        AtomicInteger calls = new AtomicInteger();
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals(LOGIN)) {
                        return "OpaqueRef:s";
                    }
                    if (calls.getAndIncrement() == 0) {
                        throw new Failure(FakeHost.DROP);
                    }
                    return add(map, method, params);
                });
                XapiSession session = open(host)) {
            XapiFailure e = assertThrows(
                    XapiFailure.class, () -> session.call("VM.add_to_other_config", "OpaqueRef:1", "key", "value"));
            assertTrue(e.named("MAP_DUPLICATE_KEY"));
        }
    }

    @Test
    void oneBrokenConnectionEndsNoSession() throws Exception {
        try (FakeHost host = losing((method, params) -> "done")) {
            try (XapiSession session = open(host);
                    XapiSession joined = XapiSession.joined(session.route(), session.master(), session.ref())) {
                assertEquals("done", session.call("VM.get_record", "x").asText());
                assertEquals("done", joined.call("VM.set_name_label", "x", "y").asText());
            }
            assertEquals(1, host.calls.stream().filter(LOGIN::equals).count(), host.calls.toString());
        }
    }

    @Test
    void aLoginWhoseAnswerIsLostIsRepeated() throws Exception {
        AtomicInteger logins = new AtomicInteger();
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals(LOGIN) && logins.getAndIncrement() == 0) {
                        throw new Failure(FakeHost.DROP);
                    }
                    return "OpaqueRef:s";
                });
                XapiSession session = open(host)) {
            assertEquals("OpaqueRef:s", session.ref());
        }
    }

    @Test
    void aHostThatIsSilentIsAskedAgain() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals("VM.get_record") && calls.getAndIncrement() == 0) {
                        await(end);
                    }
                    return "OpaqueRef:s";
                });
                XapiSession session = open(host, Duration.ofSeconds(1))) {
            assertEquals("OpaqueRef:s", session.call("VM.get_record", "x").asText());
            assertEquals(2, calls.get());
            end.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"VM.create", "VDI.create", "Async.VM.snapshot", "Async.VM.start", "VBD.create", "task.create"})
    void whatMakesSomethingIsSentOnce(String method) throws Exception {
        assertFalse(Repeats.allowed(method));
        try (FakeHost host = losing((name, params) -> "made");
                XapiSession session = open(host)) {
            DoppelException e = assertThrows(DoppelException.class, () -> session.call(method, "x"));
            assertTrue(e.is(CommonError.IO), e.getMessage());
            assertEquals(List.of(LOGIN, method), host.calls);
        }
    }

    @Test
    void ordinaryAnswersMayNotTakeLong() {
        Duration longest = Duration.ofMinutes(2);
        assertEquals(Duration.ofSeconds(20), Repeats.silence("VM.get_record", List.of("s", "x"), longest));
        assertEquals(Duration.ofSeconds(20), Repeats.silence("Async.VM.snapshot", List.of("s", "x"), longest));
        assertEquals(Duration.ofSeconds(50), Repeats.silence("event.from", List.of("s", List.of(), "", 30.0), longest));
        assertEquals(longest, Repeats.silence("VDI.list_changed_blocks", List.of("s", "a", "b"), longest));
        assertEquals(Duration.ofSeconds(5), Repeats.silence("VM.get_record", List.of("s", "x"), Duration.ofSeconds(5)));
    }
}
