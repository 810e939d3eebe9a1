package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.listener.internal.TlsListener;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.offsite.internal.alert.Alerts;
import io.doppel.offsite.internal.client.Clients;
import io.doppel.offsite.internal.net.OffsiteRole;
import io.doppel.offsite.internal.store.RunningTime;
import io.doppel.storage.local.LocalStorage;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.ModuleError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For how long a code is worth something, and what a new one ends. */
class EnrolmentTest {
    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void open() throws Exception {
        site = new Site(Files.createDirectory(folder.resolve("site")));
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    @Test
    void aCodeIsVoidAfterThreeDaysOfRunningTime() throws Exception {
        Map<String, String> settings = site.add("late");
        site.run(Clients.ENROLMENT.minusMinutes(1));
        site.restart();
        site.run(Duration.ofMinutes(2));
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
        // with somebody else's code open, the handshake lets everybody through and only the token decides
        Map<String, String> fresh = site.add("fresh");
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
        assertTrue(site.module.clients().get(1).certificate().isEmpty(), "nothing was bound");
        assertTrue(site.module.alerts().list().stream()
                .anyMatch(a -> a.kind() == AlertKind.TOKEN && a.client().equals("late")));
        site.open(fresh).close();
        Map<String, String> renewed = site.settings(site.module.renewClient("late", site.listener.fingerprint()));
        site.run(Clients.ENROLMENT.plusMinutes(1));
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(renewed));
    }

    @Test
    void aCodeThatWasUsedInTimeDoesNotEnd() throws Exception {
        Map<String, String> settings = site.add("client");
        site.run(Clients.ENROLMENT.minusHours(1));
        site.open(settings).close();
        site.run(Clients.ENROLMENT.multipliedBy(20));
        site.open(settings).close();
    }

    /** A new code, or the removal, comes between the token's proof and the moment from which a disconnect finds the connection. */
    @Test
    void aConnectionThatIsJustBeginningEndsWithTheCodeItCameWith() throws Exception {
        TlsIdentity own = TlsIdentity.make("module");
        TlsIdentity thief = TlsIdentity.make("thief");
        RunningTime time = new RunningTime(
                LocalStorage.open(Files.createDirectory(folder.resolve("clock"))), System::nanoTime, () -> 0);
        Clients clients = new Clients(LocalStorage.open(Files.createDirectory(folder.resolve("own"))), time);
        Alerts alerts = new Alerts(LocalStorage.open(Files.createDirectory(folder.resolve("alerts"))), () -> 0);
        byte[] token = clients.add("client", "", false, 1000);
        OffsiteRole[] role = {null};
        // Where the store is looked for is behind the one and before the other.
        role[0] = new OffsiteRole(
                clients,
                alerts,
                name -> {
                    clients.renew(name);
                    role[0].disconnect(name);
                    return null;
                },
                System::nanoTime);
        try (TlsListener listener =
                TlsListener.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), own)) {
            listener.add(role[0]);
            try (Attacker attacker = Attacker.at(listener.port(), own.fingerprint(), thief, Frame.PROTOCOL)) {
                attacker.hello(token);
                assertTrue(attacker.isOver());
            }
        }
        assertEquals(0, role[0].connections("client"));
    }

    @Test
    void aNewCodeEndsTheOldOneItsKeyAndItsConnections() throws Exception {
        Map<String, String> settings = site.add("client");
        site.open(settings).close();
        EnrolmentCode code = EnrolmentCode.parse(site.secrets.get(new SecretRef(settings.get("code"))));
        try (Attacker open =
                Attacker.at(site.listener.port(), code.module(), Keys.of(site.secrets, code), Frame.PROTOCOL)) {
            open.hello(code.token());
            open.await(Frame.WELCOME);
            Map<String, String> renewed = site.settings(site.module.renewClient("client", site.listener.fingerprint()));
            assertTrue(open.isOver());
            Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
            site.open(renewed).close();
            Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
        }
    }
}
