package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.sim.xapi.SimPool;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.xapi.XapiError;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets the password: members whose certificate was confirmed, or that a confirmed member vouched for. */
class TrustTest {
    @TempDir
    Path folder;

    private final XenHypervisor type = new XenHypervisor();
    private SimHost sim;
    private SimPool.Host master;
    private SimPool.Host slave;

    @BeforeEach
    void start() throws Exception {
        sim = new SimHost(folder);
        master = sim.pool.hosts().get(0);
        slave = sim.pool.hosts().get(1);
    }

    @AfterEach
    void stop() throws Exception {
        sim.close();
    }

    private Map<String, String> settings(SimPool.Host member, String... fingerprints) {
        Map<String, String> settings = new HashMap<>(sim.settings());
        settings.put("address", member.address());
        settings.put("fingerprint", String.join(",", fingerprints));
        return settings;
    }

    private static String pin(SimPool.Host host) {
        return SimHost.fingerprint(host).text();
    }

    private DoppelException refused(Map<String, String> settings) {
        return assertThrows(DoppelException.class, () -> type.connect(sim.context("i", settings)));
    }

    @Test
    void theMastersCertificateIsShownWhenASlaveIsNamed() throws Exception {
        Map<String, String> without = settings(slave);
        without.remove("password");
        without.put("password", "no-such-secret");
        List<PeerCertificate> shown = type.certificates(type.settings().parse(without));
        assertEquals(
                List.of(pin(slave), pin(master)),
                shown.stream().map(c -> c.fingerprint().text()).toList());
        assertEquals(0, sim.pool.sessions(), "a login was made to look at certificates");
    }

    @Test
    void withoutAConfirmedCertificateNothingIsSent() {
        DoppelException e = refused(settings(master));
        assertTrue(e.is(CommonError.UNCONFIRMED), e.getMessage());
        assertTrue(e.getMessage().contains(pin(master)), e.getMessage());
        assertEquals(0, sim.pool.sessions());
    }

    @Test
    void aChangedCertificateIsRefusedWithBothFingerprints() {
        DoppelException e = refused(settings(master, pin(slave)));
        assertTrue(e.is(CommonError.CERTIFICATE), e.getMessage());
        assertTrue(e.getMessage().contains(pin(master)) && e.getMessage().contains(pin(slave)), e.getMessage());
    }

    @Test
    void aMasterThatNobodyConfirmedGetsNoPassword() {
        DoppelException e = refused(settings(slave, pin(slave)));
        assertTrue(e.is(CommonError.CERTIFICATE), e.getMessage());
        assertTrue(e.getMessage().contains(pin(master)), e.getMessage());
        assertEquals(0, sim.pool.sessions());
    }

    @Test
    void theMasterIsFoundThroughASlave() throws Exception {
        try (HypervisorHost host = type.connect(sim.context("i", settings(slave, pin(slave), pin(master))))) {
            assertEquals(List.of(), host.machines());
        }
        assertEquals(0, sim.pool.sessions(), "the session was not ended");
    }

    @Test
    void aPoolWithANewMasterIsReachedThroughALearnedMember() throws Exception {
        String machine = sim.makeMachine("m", List.of(new byte[4096]));
        Map<String, String> onlyMaster = settings(master, pin(master));
        try (HypervisorHost host = type.connect(sim.context("i", onlyMaster))) {
            sim.pool.setMaster(slave.ref());
            assertEquals(machine, host.machines().get(0).id(), "in the middle of a session");
        }
        try (HypervisorHost host = type.connect(sim.context("i", onlyMaster))) {
            assertEquals(machine, host.machines().get(0).id(), "after a restart, with what was remembered");
        }
    }

    @Test
    void whatWasLearnedIsForgottenWithAnotherConfirmation() throws Exception {
        type.connect(sim.context("i", settings(master, pin(master)))).close();
        sim.pool.setMaster(slave.ref());
        String other = pin(master).replaceFirst("^..", pin(master).startsWith("00") ? "01" : "00");
        DoppelException e = refused(settings(slave, other));
        assertTrue(e.is(CommonError.CERTIFICATE), e.getMessage());
    }

    @Test
    void aWrongPasswordIsTold() throws Exception {
        Map<String, String> wrong = settings(master, pin(master));
        wrong.put("password", sim.secrets.put("p", "wrong".toCharArray()).id());
        DoppelException e = refused(wrong);
        assertTrue(e.is(XapiError.LOGIN), e.getMessage());
        assertTrue(!e.getMessage().contains("wrong"), e.getMessage());
    }
}
