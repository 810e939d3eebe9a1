package io.doppel.vault.internal.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.RecordReader;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrong bytes that come once count for nothing when the next reading gives the right ones, wherever in a pack they are. */
class PassingReadErrorTest {
    private static final PackVerifier.Finding SOUND = new PackVerifier.Finding(null, List.of(), List.of());

    private final Packs packs = new Packs();
    private PackInfo pack;
    private byte[] right;

    @BeforeEach
    void onePack() throws Exception {
        pack = packs.add(3);
        right = packs.storage.objects.get(pack.objectName());
    }

    /** One of the readings gives a wrong bit there, counted from 1; 0 stands for all of them. */
    private void wrong(int at, int reading) {
        byte[] wrong = right.clone();
        wrong[at] ^= 0x10;
        AtomicInteger readings = new AtomicInteger();
        packs.storage.hook = new MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {
                boolean now = operation.equals("read") && (reading == 0 || readings.incrementAndGet() == reading);
                packs.storage.objects.put(pack.objectName(), now ? wrong : right);
            }
        };
    }

    private PackVerifier.Finding verify() throws Exception {
        try (PackVerifier verifier = new PackVerifier(packs.storage, packs.keys)) {
            return verifier.verify(pack.kind(), pack.name(), n -> {}, () -> {});
        }
    }

    /** Places that matter: all of the header, the records, and all of footer, table and trailer. */
    private int[] places() {
        int footer = (int) pack.records().get(2).end();
        return IntStream.range(0, right.length)
                .filter(at -> at < PackFormat.HEADER || at >= footer || at % 9973 == 0)
                .toArray();
    }

    @Test
    void verificationReadsAgainBeforeItCallsAPackDamaged() throws Exception {
        for (int at : places()) {
            // header, trailer, table, footer, records
            for (int reading = 1; reading <= 5; reading++) {
                wrong(at, reading);
                assertEquals(SOUND, verify(), "byte " + at + " was wrong in reading " + reading);
            }
        }
    }

    @Test
    void whatStaysWrongIsDamage() throws Exception {
        for (int at : places()) {
            wrong(at, 0);
            PackVerifier.Finding found = verify();
            assertTrue(found.whole() != null || !found.reasons().isEmpty(), "byte " + at);
        }
    }

    @Test
    void aReaderReadsThePacksHeaderAgainBeforeItDistrustsACopy() throws Exception {
        RecordInfo record = pack.records().get(1);
        byte[] expected = new byte[Packs.RAW];
        byte[] got = new byte[Packs.RAW];
        try (RecordReader reader = new RecordReader(packs.storage, packs.keys, packs.index, Proof.ID, () -> {})) {
            reader.read(ObjectKind.DATA, record.id(), expected, 0, Packs.RAW);
        }
        for (int at = 0; at < PackFormat.HEADER; at++) {
            // first the span is read, then the header
            wrong(at, 2);
            try (RecordReader reader = new RecordReader(packs.storage, packs.keys, packs.index, Proof.ID, () -> {})) {
                reader.read(ObjectKind.DATA, record.id(), got, 0, Packs.RAW);
            }
            assertArrayEquals(expected, got, "byte " + at);
            List<Location> trusted = packs.index.trusted(record.id());
            assertEquals(1, trusted.size(), "byte " + at + " made the copy distrusted");
        }
    }
}
