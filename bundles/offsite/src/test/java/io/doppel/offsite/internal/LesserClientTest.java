package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.secret.SecretRef;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.Frame;
import io.doppel.storage.offsite.wire.ModuleError;
import io.doppel.storage.offsite.wire.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that have less than the owner of a store: one that may only read, and one with a store of its own. Both speak the protocol by
 * hand, because the storage of an honest client refuses much by itself.
 */
class LesserClientTest {
    private static final byte[] OWNERS = {1};
    private static final byte[] ATTACKERS = {2};

    @TempDir
    Path folder;

    private Site site;
    private Storage owner;

    @BeforeEach
    void open() throws Exception {
        site = new Site(folder);
        owner = site.open(site.add("client"));
        Steps.put(owner, "data/a", "precious");
    }

    @AfterEach
    void close() throws Exception {
        owner.close();
        site.close();
    }

    private Attacker attacker(Map<String, String> settings) throws Exception {
        site.open(settings).close();
        EnrolmentCode code = EnrolmentCode.parse(site.secrets.get(new SecretRef(settings.get("code"))));
        Attacker attacker =
                Attacker.at(site.listener.port(), code.module(), Keys.of(site.secrets, code), Frame.PROTOCOL);
        attacker.hello(code.token());
        attacker.await(Frame.WELCOME);
        return attacker;
    }

    private static byte[] attempt(byte[] who) {
        byte[] attempt = new byte[16];
        attempt[0] = who[0];
        return attempt;
    }

    private static int ask(Attacker attacker, int type, String name) throws IOException {
        attacker.out.begin(type, 500).name(name).end();
        attacker.out.flush();
        return attacker.in.next();
    }

    private static int settle(Attacker attacker, byte[] who, String name) throws IOException {
        attacker.out.begin(Frame.SETTLE, 500).bytes(attempt(who)).name(name).end();
        attacker.out.flush();
        return attacker.in.next();
    }

    private static int put(Attacker attacker, byte[] who, String name, byte[] bytes) throws IOException {
        attacker.out.begin(Frame.PUT, 500).bytes(attempt(who)).name(name).end();
        attacker.out.begin(Frame.PUT_BYTES, bytes.length).bytes(bytes).end();
        attacker.out.begin(Frame.COMMIT, 8).u64(bytes.length).end();
        attacker.out.flush();
        return attacker.in.next();
    }

    @Test
    void whoMayOnlyReadChangesNothing() throws Exception {
        long event = site.module.store("client").figures().event();
        try (Attacker reader = attacker(site.add("reader", "client", true, 0))) {
            for (String name : new String[] {"data/a", "data/new", "reserve/00", "config"}) {
                assertEquals(Frame.ERROR, put(reader, ATTACKERS, name, new byte[5]), name);
                assertEquals(Refusal.READ_ONLY.code(), reader.in.u8());
                assertEquals(Frame.ERROR, ask(reader, Frame.CONDEMN, name), name);
                assertEquals(Refusal.READ_ONLY.code(), reader.in.u8());
                assertEquals(Frame.ERROR, settle(reader, ATTACKERS, name), name);
                assertEquals(Refusal.READ_ONLY.code(), reader.in.u8());
            }
            assertEquals(Frame.INFO, ask(reader, Frame.STAT, "data/a"));
        }
        assertEquals(event, site.module.store("client").figures().event());
        assertEquals("precious", Steps.text(owner, "data/a"));
    }

    @Test
    void whoHasAnotherStoreSeesAndChangesNothingOfThisOne() throws Exception {
        Map<String, String> other = site.add("other");
        long event = site.module.store("client").figures().event();
        try (Attacker attacker = attacker(other)) {
            assertEquals(Frame.ABSENT, ask(attacker, Frame.STAT, "data/a"));
            assertEquals(Frame.OK, ask(attacker, Frame.CONDEMN, "data/a"));
            attacker.out.begin(Frame.READ, 50).u64(0).u32(1).name("data/a").end();
            attacker.out.flush();
            assertEquals(Refusal.NOT_FOUND.code(), attacker.error());
            for (String name : new String[] {"../client/data/a", "client/data/a", "stores/client/objects/01"}) {
                int type = ask(attacker, Frame.STAT, name);
                assertTrue(type == Frame.ABSENT || attacker.in.u8() == Refusal.BAD_NAME.code(), name);
            }
            attacker.out.begin(Frame.LIST, 50).name("").name("").end();
            attacker.out.flush();
            assertEquals(Frame.END, attacker.in.next(), "nothing is listed");
            assertEquals(Frame.OK, put(attacker, ATTACKERS, "data/a", new byte[] {9}));
            assertEquals(Frame.OK, ask(attacker, Frame.CONDEMN, "data/a"));
            // an attempt that the owner begins later is not void because somebody else settled its number
            assertEquals(Frame.SETTLED, settle(attacker, OWNERS, "data/b"));
        }
        assertEquals(event, site.module.store("client").figures().event());
        site.module.undo("other", 0);
        assertEquals("precious", Steps.text(owner, "data/a"), "an undo and its lock are of one store");
        try (Attacker owners = attacker(site.add("second", "client", false, 0))) {
            assertEquals(Frame.OK, put(owners, OWNERS, "data/b", new byte[] {7}));
        }
        assertArrayEquals(new byte[] {7}, Steps.bytes(owner, "data/b"));
        Steps.fails(ModuleError.LOCKED, () -> {
            try (Storage locked = site.open(other)) {
                locked.stat("data/a");
            }
        });
        assertEquals(Set.of("data/a", "data/b"), Steps.names(owner));
    }
}
