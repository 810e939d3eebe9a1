package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.doppel.api.error.DoppelException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** XVA made by others, whole, cut, damaged and hostile. */
class XvaReaderTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xxhash",
                "sha1",
                "xxhash,alive",
                "sha1,alive,full",
                "xxhash,padded,folders",
                "xxhash,gzip",
                "sha1,gzip,alive,padded",
                "xxhash,zstd,alive",
                "xxhash,zstd,full"
            })
    void readsWhatPythonMakes(String rules) throws Exception {
        Map<String, byte[]> disks = disks();
        byte[] xva = XvaFiles.pythonMakes(folder, rules, disks);
        Map<String, byte[]> read = XvaFiles.read(xva);
        assertEquals(disks.keySet(), read.keySet());
        disks.forEach((ref, content) -> assertArrayEquals(content, read.get(ref), ref));
    }

    @Test
    void theDescriptionIsGivenAsValues() throws Exception {
        byte[] xva = XvaFiles.pythonMakes(folder, "sha1", disks());
        XvaManifest manifest =
                XvaReader.read(new ByteArrayInputStream(xva), new XvaFiles.Collected(), StreamWatch.NONE);
        assertEquals(
                "made by Python <&> \u00e4",
                manifest.items("VM").get(0).record().text("name_label").orElseThrow());
        assertEquals(
                "XenServer",
                manifest.root().struct("version").text("product_brand").orElseThrow());
        // Neither the ISO image attached as a disk nor the empty CD drive.
        assertEquals(
                List.of("Ref:10", "Ref:4", "Ref:8"),
                manifest.disks().stream().map(XvaManifest.Disk::ref).toList());
        assertEquals(manifest.root(), XmlRpcValue.parse(manifest.root().toXml()));
    }

    /** At every head's and every content's border and in the middle: never taken for a whole one. */
    @Test
    void aCutStreamIsAnErrorWhereverItIsCut() throws Exception {
        byte[] content = random(2 * MIB + 700);
        byte[] plain = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:3", content)), XvaCompression.NONE);
        for (int length = 0;
                length < plain.length;
                length += length > 10_000 && length % MIB < 900_000 ? 50_000 : 512) {
            assertRefused(DiskError.CUT_OFF, Arrays.copyOf(plain, length));
            assertRefused(DiskError.CUT_OFF, Arrays.copyOf(plain, length + 100));
        }
        for (XvaCompression compression : List.of(XvaCompression.GZIP, XvaCompression.ZSTD)) {
            byte[] xva = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:3", content)), compression);
            for (int length = 4; length < xva.length; length += 130_000) {
                assertRefused(DiskError.CUT_OFF, Arrays.copyOf(xva, length));
            }
            for (int less = 1; less < 12; less++) {
                assertRefused(DiskError.CUT_OFF, Arrays.copyOf(xva, xva.length - less));
            }
        }
    }

    /** As XAPI ends an export that failed: with an answer of HTTP in the middle of the body. */
    @Test
    void anErrorInsteadOfTheRestIsAnError() throws Exception {
        byte[] plain = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:3", random(MIB))), XvaCompression.NONE);
        byte[] failure =
                "HTTP/1.1 500 Internal Error\r\ncontent-length: 400\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < plain.length; at += 512) {
            byte[] failed = Arrays.copyOf(plain, at + 512);
            Arrays.fill(failed, at, failed.length, (byte) ' ');
            System.arraycopy(failure, 0, failed, at, failure.length);
            assertRefused(null, failed);
        }
        byte[] behind = Arrays.copyOf(plain, plain.length + failure.length);
        System.arraycopy(failure, 0, behind, plain.length, failure.length);
        assertRefused(DiskError.CORRUPT, behind);
    }

    @Test
    void aWrongChecksumIsFound() throws Exception {
        for (String rules : List.of("sha1", "xxhash")) {
            byte[] xva = XvaFiles.pythonMakes(folder, rules, Map.of("Ref:3", random(MIB + 512)));
            byte[] damaged = xva.clone();
            damaged[xva.length / 2] ^= 1;
            assertRefused(DiskError.BAD_CHECKSUM, damaged);
        }
    }

    @Test
    void oldTablesAtTheEndArePassedOver() throws Exception {
        byte[] content = random(MIB);
        byte[] xva = new Tar()
                .ova(XvaFiles.description(Map.of("Ref:3", (long) MIB)))
                .chunk("Ref:3/00000000", content)
                .file("checksum.xml", "<value/>".getBytes(StandardCharsets.US_ASCII))
                .finished();
        assertArrayEquals(content, XvaFiles.read(xva).get("Ref:3"));
    }

    @Test
    void olderAndLargerChunksAreRead() throws Exception {
        byte[] content = new byte[9 * MIB];
        new Random(4).nextBytes(content);
        Arrays.fill(content, 3 * MIB, 6 * MIB, (byte) 0);
        byte[] xva = new Tar()
                .ova(XvaFiles.description(Map.of("Ref:3", 9L * MIB)))
                .chunk("Ref:3/00000000", Arrays.copyOf(content, 3 * MIB))
                .chunk("Ref:3/00000002", Arrays.copyOfRange(content, 6 * MIB, 9 * MIB))
                .finished();
        assertArrayEquals(content, XvaFiles.read(xva).get("Ref:3"));
    }

    @Test
    void contradictionsAreRefused() throws Exception {
        byte[] full = random(MIB);
        XmlRpcValue two = XvaFiles.description(Map.of("Ref:3", 2L * MIB));
        // What is missing at the end is not taken for zeros.
        assertRefused(
                DiskError.CUT_OFF,
                new Tar().ova(two).chunk("Ref:3/00000000", full).finished());
        assertRefused(DiskError.CUT_OFF, new Tar().ova(two).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).chunk("Ref:3/00000001", full).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(two)
                        .chunk("Ref:3/00000000", full)
                        .chunk("Ref:3/00000000", full)
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(two)
                        .chunk("Ref:3/00000000", full)
                        .chunk("Ref:3/00000002", full)
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(two)
                        .chunk("Ref:3/00000000", full)
                        .chunk("Ref:3/999999999999999999", full)
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).chunk("Ref:3/9999999999999999999", full).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).chunk("Ref:3/0000000x", full).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).chunk("Ref:4/00000000", full).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).chunk("../../etc/passwd", full).finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(two)
                        .file("Ref:3/00000000", full)
                        .chunk("Ref:3/00000001", full)
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(two)
                        .file("Ref:3/00000000", full)
                        .file("Ref:3/00000000.xxhash", new byte[17])
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar().ova(two).file("Ref:3/00000000", full).finished());
        // A disk that comes in two parts.
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("Ref:3", (long) MIB);
        sizes.put("Ref:4", (long) MIB);
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(XvaFiles.description(sizes))
                        .chunk("Ref:3/00000000", full)
                        .chunk("Ref:4/00000000", full)
                        .chunk("Ref:3/00000001", full)
                        .finished());
        assertRefused(
                DiskError.CUT_OFF,
                new Tar()
                        .ova(XvaFiles.description(sizes))
                        .chunk("Ref:4/00000000", full)
                        .finished());
    }

    @Test
    void otherThingsAreRefused() throws Exception {
        byte[] full = random(MIB);
        XmlRpcValue one = XvaFiles.description(Map.of("Ref:3", (long) MIB));
        assertRefused(DiskError.NOT_AN_IMAGE, new Tar().finished());
        assertRefused(
                DiskError.NOT_AN_IMAGE,
                new Tar().chunk("Ref:3/00000000", full).ova(one).finished());
        assertRefused(DiskError.CORRUPT, full);
        assertRefused(
                DiskError.UNSUPPORTED,
                new Tar().ova(one).file("Ref:3/00000000", new byte[0], 0, '2').finished());
        assertRefused(
                DiskError.UNSUPPORTED,
                new Tar().ova(one).file("x", new byte[0], 0, 'L').finished());
        assertRefused(
                DiskError.UNSUPPORTED,
                new Tar().file("ova.xml", new byte[0], 1L << 32, '0').finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(one)
                        .file("Ref:3/00000000", new byte[0], 1L << 32, '0')
                        .finished());
        assertRefused(DiskError.CORRUPT, new Tar().file("ova.xml", new byte[0]).finished());
        XmlRpcValue.Struct old = (XmlRpcValue.Struct) one;
        for (String release : List.of("0", "3", "x")) {
            XmlRpcValue version = XmlRpcValue.ofTexts(Map.of("export_vsn", release));
            assertRefused(
                    DiskError.UNSUPPORTED,
                    new Tar().ova(old.with("version", version)).finished());
        }
    }

    @Test
    void impossibleDescriptionsAreRefused() throws Exception {
        for (String size : List.of("", "-1", "x", "9223372036854775808")) {
            XmlRpcValue ova = XvaFiles.root(List.of(
                    XvaFiles.object("VDI", "Ref:3", Map.of("virtual_size", size)),
                    XvaFiles.object("VBD", "Ref:4", Map.of("VDI", "Ref:3", "type", "Disk"))));
            assertRefused(DiskError.CORRUPT, new Tar().ova(ova).finished());
        }
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(XvaFiles.root(List.of(XvaFiles.object("VBD", "Ref:4", Map.of("VDI", "Ref:9")))))
                        .finished());
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .ova(XvaFiles.root(List.of(
                                XvaFiles.object("VM", "Ref:4", Map.of()), XvaFiles.object("VM", "Ref:4", Map.of()))))
                        .finished());
        // The largest disk there can be, of which nothing comes.
        XmlRpcValue huge = XvaFiles.description(Map.of("Ref:3", Long.MAX_VALUE));
        assertRefused(
                DiskError.CUT_OFF,
                new Tar().ova(huge).chunk("Ref:3/00000000", new byte[MIB]).finished());
        assertRefused(
                DiskError.CUT_OFF,
                new Tar()
                        .ova(huge)
                        .chunk("Ref:3/00000000", new byte[MIB])
                        .chunk("Ref:3/08000000", new byte[MIB])
                        .finished());
    }

    /** A few kilobytes that unpack to endless zeros or blanks end soon. */
    @Test
    void bombsDoNoHarm() throws Exception {
        byte[] zeros = new byte[64 * MIB];
        assertRefused(DiskError.CORRUPT, Zstd.compress(zeros));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(zeros);
        }
        assertRefused(DiskError.CORRUPT, gzip.toByteArray());
        String deep = "<value><array><data>".repeat(100_000);
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .file("ova.xml", deep.getBytes(StandardCharsets.US_ASCII))
                        .finished());
        String laughs =
                "<!DOCTYPE value [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><value>&b;</value>";
        assertRefused(
                DiskError.CORRUPT,
                new Tar()
                        .file("ova.xml", laughs.getBytes(StandardCharsets.US_ASCII))
                        .finished());
    }

    @Test
    void theStreamStaysOpenAndItsOwnFailuresGoThrough() throws Exception {
        byte[] xva = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:3", random(MIB))), XvaCompression.ZSTD);
        boolean[] closed = new boolean[1];
        InputStream in = new ByteArrayInputStream(xva) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        XvaReader.read(in, new XvaFiles.Collected(), StreamWatch.NONE);
        assertFalse(closed[0]);
        InputStream breaking =
                new SequenceInputStream(new ByteArrayInputStream(xva, 0, xva.length / 2), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("connection reset");
                    }
                });
        IOException broken = assertThrows(
                IOException.class, () -> XvaReader.read(breaking, new XvaFiles.Collected(), StreamWatch.NONE));
        assertEquals("connection reset", broken.getMessage());
    }

    /** @param code null for any of ours */
    private static void assertRefused(DiskError code, byte[] stream) {
        Nowhere sink = new Nowhere();
        DoppelException e = assertThrows(
                DoppelException.class, () -> XvaReader.read(new ByteArrayInputStream(stream), sink, StreamWatch.NONE));
        assertTrue(e.code() instanceof DiskError, e::getMessage);
        if (code != null) {
            assertEquals(code, e.code(), e::getMessage);
        }
    }

    /** Takes disks of any size. */
    private static final class Nowhere implements XvaSink {
        @Override
        public void machine(XvaManifest manifest) {}

        @Override
        public DiskSink disk(XvaManifest.Disk disk) {
            return new BoundedSink(disk.size());
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Map<String, byte[]> disks() {
        byte[] mixed = new byte[9 * MIB + 512 * 7];
        System.arraycopy(random(300_000), 0, mixed, 3 * MIB - 7, 300_000);
        System.arraycopy(random(300_000), 0, mixed, 8 * MIB + 77, 300_000);
        return new TreeMap<>(Map.of("Ref:10", mixed, "Ref:4", random(2 * MIB), "Ref:8", new byte[6 * MIB]));
    }
}
