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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class XapiSessionTest {
    private static final String LOGIN = "session.login_with_password";
    private static final XapiLogin ME = new XapiLogin("root", "secret-word"::toCharArray, "test");

    private static XapiRoute route() throws DoppelException {
        return new XapiRoute(false, 80, Set.of(), AddressMap.NONE, Optional.empty(), Duration.ofSeconds(10));
    }

    private static XapiSession open(FakeHost... hosts) throws DoppelException {
        return XapiSession.open(
                route(), ME, List.of(hosts).stream().map(FakeHost::address).toList());
    }

    @Test
    void argumentsFollowTheSession() throws Exception {
        try (FakeHost host = new FakeHost((method, params) -> method.equals(LOGIN) ? "OpaqueRef:s" : params);
                XapiSession session = open(host)) {
            JsonNode got = session.call("VM.snapshot", "OpaqueRef:vm", "näme", List.of("a"), 0.5);
            assertEquals("[\"OpaqueRef:s\",\"OpaqueRef:vm\",\"näme\",[\"a\"],0.5]", got.toString());
        }
    }

    @Test
    void theMasterThatASlaveNamesIsAsked() throws Exception {
        try (FakeHost master = new FakeHost((method, params) -> "OpaqueRef:s");
                FakeHost slave = new FakeHost((method, params) -> {
                    throw new Failure("HOST_IS_SLAVE", master.address().toString());
                });
                XapiSession session = open(slave)) {
            assertEquals(master.address(), session.master());
        }
    }

    @Test
    void anExpiredSessionIsRenewedOnceForManyThreads() throws Exception {
        AtomicInteger logins = new AtomicInteger();
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals(LOGIN)) {
                        return "OpaqueRef:" + logins.incrementAndGet();
                    }
                    if (params.get(0).asText().equals("OpaqueRef:1")) {
                        throw new Failure("SESSION_INVALID", "OpaqueRef:1");
                    }
                    return "done";
                });
                XapiSession session = open(host)) {
            List<String> results = List.of(1, 2, 3, 4, 5, 6).parallelStream()
                    .map(i -> {
                        try {
                            return session.call("VM.start", "vm" + i).asText();
                        } catch (DoppelException e) {
                            return e.getMessage();
                        }
                    })
                    .toList();
            assertEquals(Set.of("done"), Set.copyOf(results));
            assertEquals(2, logins.get());
        }
    }

    @Test
    void failuresCarryTheirNameAndNoSession() throws Exception {
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals(LOGIN)) {
                        return "OpaqueRef:s-e-c";
                    }
                    throw new Failure("VDI_IN_USE", "OpaqueRef:vdi", "of OpaqueRef:s-e-c");
                });
                XapiSession session = open(host)) {
            XapiFailure e = assertThrows(XapiFailure.class, () -> session.call("VDI.destroy", "x"));
            assertTrue(e.is(XapiError.BUSY) && e.retryable());
            assertEquals(List.of("OpaqueRef:vdi", "of session"), e.parameters());
            assertFalse(e.getMessage().contains("s-e-c"), e.getMessage());
        }
    }

    @Test
    void withoutAMasterEveryAnswerIsTold() throws Exception {
        try (FakeHost one = new FakeHost((method, params) -> {
            throw new Failure("HOST_STILL_BOOTING");
        })) {
            XapiAddress dead;
            try (FakeHost gone = new FakeHost((method, params) -> "x")) {
                dead = gone.address();
            }
            DoppelException e = assertThrows(
                    DoppelException.class, () -> XapiSession.open(route(), ME, List.of(dead, one.address())));
            assertTrue(e.is(XapiError.NO_MASTER), e.getMessage());
            assertTrue(e.getMessage().contains("HOST_STILL_BOOTING")
                    && e.getMessage().contains(dead.toString()));
            assertFalse(e.getMessage().contains("secret-word"));
        }
    }

    @Test
    void lookingForTheMasterSendsNoPassword() throws Exception {
        StringBuilder sent = new StringBuilder();
        try (FakeHost slave = new FakeHost((method, params) -> {
            sent.append(params);
            throw new Failure("HOST_IS_SLAVE", "10.0.0.9");
        })) {
            assertEquals(Optional.of(new XapiAddress("10.0.0.9", 80)), XapiSession.masterOf(route(), slave.address()));
            assertEquals("[\"\",\"\",\"1.0\",\"Doppel\"]", sent.toString());
        }
    }

    @Test
    void lostEventsMeanEverythingAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals("event.from")) {
                        int n = asked.incrementAndGet();
                        if (n == 3) {
                            throw new Failure("EVENTS_LOST");
                        }
                        return Map.of("token", "t" + n, "events", List.of(), "valid_ref_counts", Map.of());
                    }
                    return "OpaqueRef:s";
                });
                XapiSession session = open(host)) {
            XapiEvents events = new XapiEvents(session, List.of("vm"));
            assertTrue(events.next(Duration.ZERO).whole());
            assertFalse(events.next(Duration.ZERO).whole());
            assertTrue(events.next(Duration.ZERO).whole());
            assertFalse(events.next(Duration.ZERO).whole());
        }
    }

    @Test
    void callsThatChangeSomethingAreSentOnceWhateverHappens() throws Exception {
        try (FakeHost host = new FakeHost((method, params) -> {
                    if (method.equals(LOGIN)) {
                        return "OpaqueRef:s";
                    }
                    throw new Failure(FakeHost.DROP);
                });
                XapiSession session = open(host)) {
            DoppelException e = assertThrows(DoppelException.class, () -> session.call("VM.create", "x"));
            assertTrue(e.is(CommonError.IO), e.getMessage());
            assertEquals(1, host.calls.stream().filter("VM.create"::equals).count());
            assertThrows(DoppelException.class, () -> session.call("VM.get_record", "x"));
            assertTrue(host.calls.stream().filter("VM.get_record"::equals).count() > 1, host.calls.toString());
        }
    }

    @Test
    void connectionsDoNotPileUp() throws Exception {
        try (FakeHost host = new FakeHost((method, params) -> "OpaqueRef:s");
                XapiConnection connection = new XapiConnection(route(), host.address())) {
            for (int i = 0; i < 30; i++) {
                connection.call("VM.set_name_label", List.of("vm", "name"));
            }
            connection.call("VM.get_record", List.of("vm"));
            assertTrue(connection.kept() > 0 && connection.kept() <= 4, "connections: " + connection.kept());
            connection.close();
            assertEquals(0, connection.kept());
        }
    }
}
