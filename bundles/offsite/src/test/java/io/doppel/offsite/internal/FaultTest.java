package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.Forwarder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module behind a forwarded port, over a line that breaks. */
class FaultTest {
    @TempDir
    Path folder;

    private Site site;
    private Forwarder forwarder;
    private Storage storage;

    @BeforeEach
    void open() throws Exception {
        site = new Site(folder);
        Map<String, String> settings = site.add("client");
        forwarder = Forwarder.to(site.listener.port());
        storage = site.open(Site.with(settings, "port", Integer.toString(forwarder.port())));
    }

    @AfterEach
    void close() throws Exception {
        storage.close();
        forwarder.close();
        site.close();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void anAnswerThatGotLostIsAskedForAgain() throws Exception {
        for (int size : new int[] {0, 1000, 300_000}) {
            byte[] bytes = random(size);
            try (ObjectWriter writer = storage.put("o/" + size)) {
                writer.write(bytes, 0, size);
                forwarder.resetAfterReceived(1);
                writer.commit();
            }
            assertArrayEquals(bytes, Steps.bytes(storage, "o/" + size));
        }
        assertEquals(3, site.module.store("client").figures().event(), "each was put once");
        forwarder.resetAfterReceived(1);
        storage.delete("o/0");
        assertEquals(Set.of("o/1000", "o/300000"), Steps.names(storage));
    }

    @Test
    void aSmallObjectGoesAgainAndALargeOneSaysThatItDidNot() throws Exception {
        forwarder.resetAfterSent(20_000);
        Steps.put(storage, "small", random(100_000));
        assertArrayEquals(random(100_000), Steps.bytes(storage, "small"));
        forwarder.resetAfterSent(2_000_000);
        Steps.fails(StorageError.UNREACHABLE, () -> Steps.put(storage, "large", random(5_000_000)));
        assertEquals(Set.of("small"), Steps.names(storage));
        Steps.put(storage, "large", random(5_000_000));
        assertArrayEquals(random(5_000_000), Steps.bytes(storage, "large"));
        // what the broken connection had brought is given back when the module notices that it broke
        Steps.until(() -> site.module.store("client").used() == 5_100_000);
    }

    @Test
    void readsAndListsGoOnAfterACut() throws Exception {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 700; i++) {
            Steps.put(storage, "o/" + i, "x");
            names.add("o/" + i);
        }
        List<String> told = new ArrayList<>();
        storage.list("o", info -> {
            told.add(info.name());
            if (told.size() == 100 || told.size() == 600) {
                forwarder.cut();
            }
        });
        assertEquals(new ArrayList<>(names), told);
        byte[] bytes = random(3_000_000);
        Steps.put(storage, "big", bytes);
        forwarder.cut();
        assertArrayEquals(bytes, Steps.bytes(storage, "big"));
    }

    /** Wherever the line breaks in the way there or back: an object is there whole, or the error says so and the next try stores it. */
    @Test
    void aPutThatBreaksOffAnywhereIsStoredWholeOrNotAtAll() throws Exception {
        for (int size : new int[] {3_000, 700_000}) {
            byte[] bytes = random(size);
            Set<Boolean> outcomes = new TreeSet<>();
            for (int i = 0; i < 12; i++) {
                String name = "o/" + size + "-" + i;
                if (i % 2 == 0) {
                    // the last ones are in the frame of COMMIT
                    forwarder.resetAfterSent(Math.max(1, i < 10 ? (long) size * i / 8 : size + i));
                } else {
                    forwarder.resetAfterReceived(i);
                }
                boolean stored = true;
                try {
                    Steps.put(storage, name, bytes);
                } catch (DoppelException e) {
                    assertTrue(e.is(StorageError.UNREACHABLE), e.getMessage());
                    stored = false;
                }
                forwarder.resetNothing();
                assertEquals(stored, storage.stat(name).isPresent(), name);
                if (!stored) {
                    Steps.put(storage, name, bytes);
                }
                outcomes.add(stored);
                assertArrayEquals(bytes, Steps.bytes(storage, name));
            }
            assertEquals(size < 10_000 ? Set.of(true) : Set.of(false, true), outcomes, "of " + size + " bytes");
        }
        assertTrue(forwarder.resets() >= 20, forwarder.resets() + " resets");
        assertEquals(24, Steps.names(storage).size());
        assertEquals(24, site.module.store("client").figures().event(), "each was put once");
    }

    @Test
    void aReadThatBreaksOffAnywhereGoesOn() throws Exception {
        byte[] bytes = random(1_200_000);
        Steps.put(storage, "big", bytes);
        for (int i = 0; i < 7; i++) {
            int from = 1000 * i;
            byte[] read = new byte[bytes.length - from];
            forwarder.resetAfterReceived(1 + (long) read.length * i / 7);
            storage.read("big", from, read, 0, read.length);
            assertArrayEquals(Arrays.copyOfRange(bytes, from, bytes.length), read);
        }
        assertEquals(7, forwarder.resets());
    }

    @Test
    void aModuleThatRestartsIsFoundAgain() throws Exception {
        Steps.put(storage, "a", "1");
        for (int round = 0; round < 3; round++) {
            site.restart();
            assertEquals("1", Steps.text(storage, "a"));
            storage.delete("b");
            site.restart();
            Steps.put(storage, "b", "2");
        }
    }

    @Test
    void whatTravelsIsLittleMoreThanWhatIsStored() throws Exception {
        long before = forwarder.sent() + forwarder.received();
        byte[] bytes = random(20_000_000);
        Steps.put(storage, "big", bytes);
        long put = forwarder.sent() + forwarder.received() - before;
        assertTrue(put < bytes.length * 1.01, put + " bytes for a put of " + bytes.length);
        before += put;
        assertArrayEquals(bytes, Steps.bytes(storage, "big"));
        long got = forwarder.sent() + forwarder.received() - before;
        assertTrue(got < bytes.length * 1.01, got + " bytes for a get of " + bytes.length);
    }
}
