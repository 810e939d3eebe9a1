package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.disk.DiskReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we write is unpacked by tar, and its checksums are those that xxhsum computes. */
class XvaWriterTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void tarListsTheFilesInOrder() throws Exception {
        byte[] first = new byte[4 * MIB + 700];
        first[2 * MIB] = 1;
        byte[] second = new byte[2 * MIB];
        Path xva = folder.resolve("machine.xva");
        XvaWriter writer = XvaFiles.writer(Map.of("Ref:2", second, "Ref:10", first));
        Files.write(xva, XvaFiles.bytes(writer, XvaCompression.NONE));
        assertEquals(Files.size(xva), writer.length());
        List<String> names = Qemu.run("tar", "tf", xva.toString()).lines().toList();
        assertEquals(
                List.of(
                        "ova.xml",
                        "Ref:10/00000000",
                        "Ref:10/00000000.xxhash",
                        "Ref:10/00000002",
                        "Ref:10/00000002.xxhash",
                        "Ref:10/00000004",
                        "Ref:10/00000004.xxhash",
                        "Ref:2/00000000",
                        "Ref:2/00000000.xxhash",
                        "Ref:2/00000001",
                        "Ref:2/00000001.xxhash"),
                names);
        Qemu.run("tar", "xf", xva.toString(), "-C", folder.toString());
        for (String name : names) {
            if (name.endsWith(".xxhash")) {
                Path chunk = folder.resolve(name.substring(0, name.length() - 7));
                String computed =
                        Qemu.run("xxhsum", "-q", "-H1", chunk.toString()).split(" ")[0];
                assertEquals(computed.toUpperCase(), Files.readString(folder.resolve(name)));
            }
        }
        assertEquals(700, Files.size(folder.resolve("Ref:10/00000004")));
    }

    @ParameterizedTest
    @EnumSource
    void othersReadWhatWeWrite(XvaCompression compression) throws Exception {
        Map<String, byte[]> disks = disks();
        Path xva = folder.resolve("machine.xva");
        XvaWriter writer = XvaFiles.writer(disks);
        byte[] bytes = XvaFiles.bytes(writer, compression);
        Files.write(xva, bytes);
        if (compression == XvaCompression.NONE) {
            assertEquals(writer.length(), bytes.length);
        } else {
            Path plain = folder.resolve("plain.xva");
            String tool = compression == XvaCompression.GZIP ? "gzip" : "zstd";
            Qemu.run("sh", "-c", tool + " -dc < \"$0\" > \"$1\"", xva.toString(), plain.toString());
            assertTrue(Files.size(plain) <= writer.length());
            xva = plain;
        }
        Path out = Files.createDirectory(folder.resolve("out"));
        XvaFiles.python("read", xva.toString(), out.toString());
        for (Map.Entry<String, byte[]> disk : disks.entrySet()) {
            assertArrayEquals(disk.getValue(), Files.readAllBytes(out.resolve(disk.getKey())), disk.getKey());
        }
        XmlRpcValue ova = XmlRpcValue.parse(Files.readAllBytes(out.resolve("ova.xml")));
        Map<String, Long> sizes = new HashMap<>();
        disks.forEach((ref, content) -> sizes.put(ref, (long) content.length));
        assertEquals(
                "a machine <&> \u00e4\r\n",
                XvaManifest.of(ova)
                        .items("VM")
                        .get(0)
                        .record()
                        .text("name_label")
                        .orElseThrow());
        Map<String, byte[]> read = XvaFiles.read(bytes);
        disks.forEach((ref, content) -> assertArrayEquals(content, read.get(ref)));
    }

    /** XAPI takes the first chunk's size for what is left out of any disk; ours must read right under that rule too. */
    @Test
    void aSmallFirstDiskDoesNotShiftTheOthers() throws Exception {
        byte[] large = new byte[5 * MIB];
        large[4 * MIB + 5] = 9;
        large[MIB / 2] = 3;
        Map<String, byte[]> disks = Map.of("Ref:1", new byte[2048], "Ref:2", large);
        Path xva = folder.resolve("machine.xva");
        Files.write(xva, XvaFiles.bytes(XvaFiles.writer(disks), XvaCompression.NONE));
        Path out = Files.createDirectory(folder.resolve("out"));
        XvaFiles.python("read", xva.toString(), out.toString());
        assertArrayEquals(large, Files.readAllBytes(out.resolve("Ref:2")));
    }

    @Test
    void aSmallerContentIsFilledUp() throws Exception {
        byte[] content = new byte[MIB + 300];
        Arrays.fill(content, (byte) 5);
        XvaWriter writer = XvaWriter.plan(
                XvaFiles.description(Map.of("Ref:3", 3L * MIB)), Map.of("Ref:3", new MemoryDisk(content, 512)));
        byte[] xva = XvaFiles.bytes(writer, XvaCompression.NONE);
        assertEquals(writer.length(), xva.length);
        assertArrayEquals(Arrays.copyOf(content, 3 * MIB), XvaFiles.read(xva).get("Ref:3"));
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        DiskReader disk = new MemoryDisk(new byte[MIB], 512);
        XmlRpcValue ova = XvaFiles.description(Map.of("Ref:3", (long) MIB));
        assertThrows(IllegalArgumentException.class, () -> XvaWriter.plan(ova, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> XvaWriter.plan(ova, Map.of("Ref:4", disk)));
        assertThrows(IllegalArgumentException.class, () -> XvaWriter.plan(ova, Map.of("Ref:3", disk, "Ref:4", disk)));
        XmlRpcValue small = XvaFiles.description(Map.of("Ref:3", (long) MIB - 1));
        assertThrows(IllegalArgumentException.class, () -> XvaWriter.plan(small, Map.of("Ref:3", disk)));
        String longest = "R".repeat(84);
        XmlRpcValue tooLong = XvaFiles.description(Map.of(longest + "R", (long) MIB));
        assertThrows(IllegalArgumentException.class, () -> XvaWriter.plan(tooLong, Map.of(longest + "R", disk)));
        CodedErrors.assertCode(DiskError.CORRUPT, () -> XvaWriter.plan(XmlRpcValue.of("x"), Map.of()));
    }

    @Test
    void tooLargeIsSaidBeforeAnythingIsRead() throws Exception {
        long largest = XvaWriter.LARGEST_DISK;
        XvaWriter.plan(XvaFiles.description(Map.of("Ref:3", largest)), Map.of("Ref:3", new SparseDisk(MIB)));
        XmlRpcValue tooLarge = XvaFiles.description(Map.of("Ref:3", largest + 1));
        CodedErrors.assertCode(
                DiskError.TOO_LARGE, () -> XvaWriter.plan(tooLarge, Map.of("Ref:3", new SparseDisk(MIB))));
    }

    @Test
    void theLongestReferenceFits() throws Exception {
        String ref = "OpaqueRef:" + "0".repeat(74);
        byte[] content = new byte[3 * MIB];
        content[5] = 5;
        byte[] xva = XvaFiles.bytes(XvaFiles.writer(Map.of(ref, content)), XvaCompression.NONE);
        assertArrayEquals(content, XvaFiles.read(xva).get(ref));
    }

    @Test
    void memoryStaysBoundedWhateverTheSize() throws Exception {
        long size = 4L << 40;
        SparseDisk source = new SparseDisk(size, 400);
        XvaWriter writer = XvaWriter.plan(XvaFiles.description(Map.of("Ref:3", size)), Map.of("Ref:3", source));
        SparseDisk.Check sink = source.new Check();
        HeapWatch heap = new HeapWatch();
        Pipes.through(
                out -> writer.writeTo(out, XvaCompression.NONE, new StreamWatch(CancelToken.NEVER, heap)),
                in -> XvaReader.read(in, new OneDisk(sink), StreamWatch.NONE));
        sink.assertWhole();
        assertTrue(heap.most() < 32L * MIB, () -> heap.most() + " bytes");
    }

    private record OneDisk(DiskSink sink) implements XvaSink {
        @Override
        public void machine(XvaManifest manifest) {}

        @Override
        public DiskSink disk(XvaManifest.Disk disk) {
            return sink;
        }
    }

    @Test
    void aChangedSourceMakesNoWholeStream() throws Exception {
        DiskReader changing = new MemoryDisk(new byte[3 * MIB], 512) {
            @Override
            public void verifyUnchanged() {
                throw new IllegalStateException("changed");
            }
        };
        for (XvaCompression compression : XvaCompression.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            XvaWriter writer =
                    XvaWriter.plan(XvaFiles.description(Map.of("Ref:3", 3L * MIB)), Map.of("Ref:3", changing));
            assertThrows(IllegalStateException.class, () -> writer.writeTo(out, compression, StreamWatch.NONE));
            CodedErrors.assertCode(DiskError.CUT_OFF, () -> XvaFiles.read(out.toByteArray()));
        }
    }

    @Test
    void cancellingEndsTheWriting() throws Exception {
        long size = 100L << 30;
        XvaWriter writer = XvaWriter.plan(
                XvaFiles.description(Map.of("Ref:3", size)), Map.of("Ref:3", new SparseDisk(size, 20_000)));
        StoppableToken cancel = new StoppableToken();
        StreamWatch watch = new StreamWatch(cancel, done -> {
            if (done > 9 * MIB) {
                cancel.stop();
            }
        });
        CodedErrors.assertCode(
                CommonError.CANCELLED,
                () -> writer.writeTo(OutputStream.nullOutputStream(), XvaCompression.NONE, watch));
    }

    private static Map<String, byte[]> disks() {
        Random random = new Random(8);
        byte[] mixed = new byte[9 * MIB + 512 * 7];
        byte[] part = new byte[300_000];
        random.nextBytes(part);
        for (int at : new int[] {MIB - 5, 3 * MIB, 8 * MIB + 77}) {
            System.arraycopy(part, 0, mixed, at, part.length);
        }
        byte[] full = new byte[2 * MIB];
        random.nextBytes(full);
        return Map.of("Ref:10", mixed, "Ref:4", full, "Ref:7", new byte[6 * MIB], "Ref:8", new byte[512]);
    }

    @Test
    void theHeadIsReadAloneAndWrittenAgain() throws Exception {
        byte[] xva = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:1", new byte[3 << 20])), XvaCompression.NONE);
        ByteArrayInputStream in = new ByteArrayInputStream(xva);
        XvaManifest manifest = XvaHead.read(in);
        assertEquals(1, manifest.disks().size());
        byte[] rest = in.readAllBytes();
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        again.writeBytes(XvaHead.of(manifest.root()));
        again.writeBytes(rest);
        assertArrayEquals(xva, again.toByteArray());
        byte[] noise = new byte[1 << 20];
        new Random(6).nextBytes(noise);
        byte[] compressed = XvaFiles.bytes(XvaFiles.writer(Map.of("Ref:1", noise)), XvaCompression.ZSTD);
        DoppelException e =
                assertThrows(DoppelException.class, () -> XvaHead.read(new ByteArrayInputStream(compressed)));
        assertTrue(e.is(DiskError.CORRUPT), e.getMessage());
    }
}
