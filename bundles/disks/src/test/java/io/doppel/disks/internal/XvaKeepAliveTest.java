package io.doppel.disks.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.doppel.api.error.DoppelException;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XmlRpcValue;
import io.doppel.disks.XvaCompression;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A long stretch of zeros in a source that cannot tell does not leave the connection silent. */
class XvaKeepAliveTest {
    private static final int CHUNKS = 40;

    /** Zeros that the source takes for data. */
    private static final class Unknowing implements DiskReader {
        @Override
        public long size() {
            return (long) CHUNKS * Xva.CHUNK;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) {
            Arrays.fill(buffer, from, from + length, (byte) 0);
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public void close() {}
    }

    @Test
    void aChunkOfZerosIsSentWhenNothingElseWas() throws Exception {
        // Every look at the clock is a quarter of a second later.
        assertEquals(List.of(0L, (long) CHUNKS - 1), numbers(0));
        List<Long> alive = numbers(250_000_000);
        assertTrue(alive.size() > 2 && alive.size() < CHUNKS / 2, alive::toString);
        for (int i = 1; i < alive.size(); i++) {
            assertTrue(alive.get(i) - alive.get(i - 1) <= 20, alive::toString);
        }
    }

    private static List<Long> numbers(long step) throws Exception {
        XmlRpcValue disk = object("VDI", "Ref:1", Map.of("virtual_size", Long.toString((long) CHUNKS * Xva.CHUNK)));
        XmlRpcValue device = object("VBD", "Ref:2", Map.of("VDI", "Ref:1"));
        XmlRpcValue ova = new XmlRpcValue.Struct(Map.of("objects", new XmlRpcValue.Array(List.of(disk, device))));
        AtomicLong time = new AtomicLong();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        XvaPlan.of(ova, Map.of("Ref:1", new Unknowing()))
                .writeTo(out, XvaCompression.ZSTD, StreamWatch.NONE, () -> time.addAndGet(step));
        return chunks(out.toByteArray());
    }

    private static XmlRpcValue object(String type, String ref, Map<String, String> record) {
        return new XmlRpcValue.Struct(Map.of(
                "class", XmlRpcValue.of(type), "id", XmlRpcValue.of(ref), "snapshot", XmlRpcValue.ofTexts(record)));
    }

    private static List<Long> chunks(byte[] xva) throws Exception {
        List<Long> numbers = new ArrayList<>();
        try (ZstdInputStream content = new ZstdInputStream(new ByteArrayInputStream(xva))) {
            TarInput tar = new TarInput(new StreamSource(content, "XVA", StreamWatch.NONE));
            byte[] buffer = new byte[Xva.CHUNK];
            Optional<TarHeader> file = next(tar, buffer);
            while (file.isPresent()) {
                String name = file.get().name();
                if (name.startsWith("Ref:") && !name.endsWith(Xva.HASH_SUFFIX)) {
                    numbers.add(Long.parseLong(name.substring(name.indexOf('/') + 1)));
                }
                file = next(tar, buffer);
            }
        }
        return numbers;
    }

    private static Optional<TarHeader> next(TarInput tar, byte[] buffer) throws DoppelException, IOException {
        Optional<TarHeader> file = tar.next();
        if (file.isPresent()) {
            tar.read(file.get(), buffer);
        }
        return file;
    }
}
