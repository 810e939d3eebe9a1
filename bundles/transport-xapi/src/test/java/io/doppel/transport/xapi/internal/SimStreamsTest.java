package io.doppel.transport.xapi.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretRef;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XvaManifest;
import io.doppel.disks.XvaReader;
import io.doppel.disks.XvaSink;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.xapi.XapiError;
import io.doppel.xapi.stream.StreamError;
import io.doppel.xapi.stream.StreamSettings;
import io.doppel.xapi.stream.XapiDownload;
import io.doppel.xapi.stream.XapiStreams;
import io.doppel.xapi.stream.XapiUpload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks and machines as streams from and to a simulated pool of two hosts. */
@Timeout(120)
class SimStreamsTest {
    private static final int ONE = 5 * Ground.MIB;
    private static final int TWO = 3 * Ground.MIB + 512;

    @TempDir
    Path folder;

    private final byte[] one = Ground.content(ONE, 1);
    private final byte[] two = Ground.content(TWO, 2);
    private SimGround ground;
    private XapiStreams streams;
    private String vm;

    @BeforeEach
    void start() throws Exception {
        ground = new SimGround(folder);
        streams = new XapiStreams(
                ground.session,
                new StreamSettings(Duration.ofSeconds(20), Duration.ofSeconds(20), Map.of("a", "b")),
                CancelToken.NEVER);
        vm = ground.pool.machine("m", ONE, TWO);
        ground.fill(ground.pool.disk(vm, 0), one);
        ground.fill(ground.pool.disk(vm, 1), two);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertEquals(List.of(), ground.pool.records().all("task"), "tasks");
        ground.close();
        assertEquals(0, Ground.threads("xapi-spool") + Ground.threads("xapi-upload-watch"), "threads");
    }

    private DiskReader reader(DiskAccess access) throws DoppelException {
        return ground.transport.openReader(access, ground.secrets);
    }

    private DiskAccess with(DiskAccess access, Map<String, String> more) {
        Map<String, String> parameters = new HashMap<>(access.parameters());
        parameters.putAll(more);
        return new DiskAccess(
                access.kind(),
                access.place(),
                access.writable(),
                access.cost(),
                access.endpoint(),
                parameters,
                access.secrets());
    }

    @Test
    void theDisksOfAMachineShareOneExportInEveryCompression() throws Exception {
        ground.script.keepAlive(2);
        for (String compression : List.of("none", "gzip", "zstd")) {
            // With one task at a time allowed, a second export could not begin.
            int before = ground.pool.records().all("task").size();
            try (DiskReader second =
                            reader(with(ground.xva(vm, ground.pool.disk(vm, 1)), Map.of("compression", compression)));
                    DiskReader first =
                            reader(with(ground.xva(vm, ground.pool.disk(vm, 0)), Map.of("compression", compression)))) {
                assertEquals(before + 1, ground.pool.records().all("task").size(), "exports");
                assertArrayEquals(two, Ground.readAll(second));
                assertArrayEquals(one, Ground.readAll(first));
                first.verifyUnchanged();
                second.verifyUnchanged();
            }
        }
    }

    @Test
    void streamsFollowTheStorageToTheHostThatSeesIt() throws Exception {
        String vdi = ground.pool.disk(vm, 0);
        String storage = ground.text("VDI", vdi, "SR");
        String second = ground.pool.hosts().get(1).ref();
        for (String pbd : ground.pool.records().refs("SR", storage, "PBDs")) {
            ground.pool
                    .records()
                    .set(
                            "PBD",
                            pbd,
                            "currently_attached",
                            ground.text("PBD", pbd, "host").equals(second));
        }
        try (DiskReader reader = reader(ground.vdi(vdi, false))) {
            assertArrayEquals(one, Ground.readAll(reader));
            reader.verifyUnchanged();
        }
        try (DiskReader reader = reader(ground.xva(vm, vdi))) {
            assertArrayEquals(one, Ground.readAll(reader));
            reader.verifyUnchanged();
        }
        try (DiskWriter writer = ground.transport.openWriter(ground.vdi(vdi, false), ground.secrets)) {
            writer.write(1000, new byte[] {9, 8, 7}, 0, 3);
            writer.flush();
        }
        one[1000] = 9;
        one[1001] = 8;
        one[1002] = 7;
        assertArrayEquals(one, ground.content(vdi));
    }

    @Test
    void everythingPassesAProxyWithItsPassword() throws Exception {
        String vdi = ground.pool.disk(vm, 0);
        SecretRef password = ground.secrets.put("proxy", "secret".toCharArray());
        try (ConnectProxy proxy = new ConnectProxy()) {
            DiskAccess plain = with(ground.vdi(vdi, false), Map.of("proxy", "user@127.0.0.1:" + proxy.port()));
            Map<String, SecretRef> secrets = new HashMap<>(plain.secrets());
            secrets.put("proxy-password", password);
            DiskAccess access = new DiskAccess(
                    plain.kind(), plain.place(), true, 20, Optional.empty(), plain.parameters(), secrets);
            try (DiskReader reader = reader(access)) {
                assertArrayEquals(one, Ground.readAll(reader));
                reader.verifyUnchanged();
            }
            assertTrue(proxy.heads().size() >= 2, "calls and the stream");
            for (String head : proxy.heads()) {
                assertTrue(head.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="), head);
            }
        }
    }

    @Test
    void anExportThatTheHostFailsInTheMiddleIsBadWhereverItWasRead() throws Exception {
        for (boolean told : new boolean[] {true, false}) {
            ground.script.tellsInBody(told);
            ground.pool.faults().on("http:/export_raw_vdi#half").error("VDI_IO_ERROR", "Device I/O errors");
            try (DiskReader reader = reader(ground.vdi(ground.pool.disk(vm, 0), false))) {
                DoppelException e = assertThrows(DoppelException.class, reader::verifyUnchanged);
                assertTrue(e.retryable() && e.getMessage().contains("VDI_IO_ERROR"), e.getMessage());
            }
            ground.pool.faults().on("http:/export#half").error("VDI_IO_ERROR", "Device I/O errors");
            try (DiskReader reader = reader(ground.xva(vm, ground.pool.disk(vm, 1)))) {
                DoppelException e = assertThrows(DoppelException.class, () -> Ground.readAll(reader));
                assertTrue(e.retryable() && e.getMessage().contains("VDI_IO_ERROR"), e.getMessage());
            }
        }
    }

    @Test
    void anExportThatIsCutIsBad() throws Exception {
        ground.script.cut(2 << 20);
        for (DiskAccess access :
                List.of(ground.vdi(ground.pool.disk(vm, 0), false), ground.xva(vm, ground.pool.disk(vm, 1)))) {
            try (DiskReader reader = reader(access)) {
                DoppelException e = assertThrows(DoppelException.class, reader::verifyUnchanged);
                assertEquals(StreamError.BROKEN.id(), e.code().id(), e.getMessage());
            }
        }
        ground.script.cut(Long.MAX_VALUE);
        try (DiskReader reader = reader(ground.vdi(ground.pool.disk(vm, 0), false))) {
            assertArrayEquals(one, Ground.readAll(reader));
            reader.verifyUnchanged();
        }
    }

    @Test
    void anImportThatTheHostFailsInTheMiddleFails() throws Exception {
        String vdi = ground.pool.disk(ground.pool.machine("target", ONE), 0);
        ground.pool.faults().on("http:/import_raw_vdi#half").error("SR_BACKEND_FAILURE_44", "", "no space");
        byte[] dense = new byte[ONE];
        java.util.Arrays.fill(dense, (byte) 3);
        try (DiskWriter writer = ground.transport.openWriter(ground.vdi(vdi, true), ground.secrets)) {
            DoppelException e = assertThrows(DoppelException.class, () -> {
                writer.write(0, dense, 0, ONE);
                writer.flush();
            });
            assertTrue(e.getMessage().contains("SR_BACKEND_FAILURE_44"), e.getMessage());
        }
    }

    @Test
    void aDiskInUseIsNamedAsSuch() throws Exception {
        String vdi = ground.pool.disk(vm, 0);
        ground.pool.attachToControlDomain(vdi);
        DoppelException e = assertThrows(DoppelException.class, () -> {
            try (DiskReader reader = reader(ground.vdi(vdi, false))) {
                reader.verifyUnchanged();
            }
        });
        assertEquals(XapiError.BUSY.id(), e.code().id(), e.getMessage());
    }

    @Test
    void aRawExportBringsEveryByte() throws Exception {
        Spool spool = new Spool(
                "export",
                io.doppel.xapi.XapiSession.joined(
                        ground.session.route(), ground.session.master(), ground.session.ref()),
                streams.exportDisk(ground.uuid(ground.pool.disk(vm, 1)), XapiStreams.DiskFormat.RAW, Optional.empty()),
                Formats.raw("d", TWO),
                new SpoolFolder(folder.resolve("spool")));
        byte[] read = new byte[TWO];
        spool.disk("d", TWO, CancelToken.NEVER).read(0, read, 0, TWO, () -> false);
        spool.awaitComplete(() -> false);
        spool.release();
        assertArrayEquals(two, read);
    }

    private static DoppelException interrupted(DiskReader reader, Callable<Void> waiting) throws Exception {
        AtomicReference<Exception> ended = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                waiting.call();
            } catch (Exception e) {
                ended.set(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            assertTrue(thread.isAlive(), "it did not wait");
            Thread.onSpinWait();
        }
        reader.interrupt();
        thread.join(1000);
        assertFalse(thread.isAlive(), "it waits on");
        return (DoppelException) ended.get();
    }

    @Test
    void whatWaitsForAStreamIsInterruptedAlone() throws Exception {
        // A minute for the first disk.
        ground.script.slow(ONE / 60);
        DiskAccess access = ground.vdi(ground.pool.disk(vm, 0), false);
        try (DiskReader one = reader(access);
                DiskReader two = reader(access)) {
            DoppelException e = interrupted(one, () -> {
                one.read(ONE - 512, new byte[512], 0, 512);
                return null;
            });
            assertTrue(e.is(CommonError.CANCELLED), e.getMessage());
            DoppelException end = interrupted(two, () -> {
                two.verifyUnchanged();
                return null;
            });
            assertTrue(end.is(CommonError.CANCELLED), end.getMessage());
        }
        ground.script.slow(Long.MAX_VALUE);
        try (DiskReader one = reader(access);
                DiskReader two = reader(access)) {
            one.interrupt();
            assertArrayEquals(this.one, Ground.readAll(two));
            two.verifyUnchanged();
        }
    }

    @Test
    void aMachineGoesFromOneStreamIntoAnother() throws Exception {
        for (XapiStreams.Compression compression : XapiStreams.Compression.values()) {
            List<String> made;
            try (XapiDownload from = streams.exportMachine(vm, compression);
                    XapiUpload to = streams.importMachine(Optional.empty(), false, OptionalLong.empty())) {
                from.content().transferTo(to.content());
                from.complete();
                made = to.complete();
            }
            assertEquals(1, made.size(), compression.toString());
            assertArrayEquals(one, ground.content(ground.pool.disk(made.get(0), 0)));
            assertArrayEquals(two, ground.content(ground.pool.disk(made.get(0), 1)));
        }
    }

    @Test
    void aMachineThatIsCutOnItsWayIsNotMade() throws Exception {
        byte[] xva;
        try (XapiDownload from = streams.exportMachine(vm, XapiStreams.Compression.NONE)) {
            xva = from.content().readAllBytes();
            from.complete();
        }
        int before = ground.pool.records().all("VM").size();
        try (XapiUpload to = streams.importMachine(Optional.empty(), false, OptionalLong.empty())) {
            to.content().write(xva, 0, xva.length / 2);
            assertThrows(DoppelException.class, to::complete);
        }
        assertEquals(before, ground.pool.records().all("VM").size());
    }

    @Test
    void theRecordsOfAMachineComeAlone() throws Exception {
        XvaManifest[] found = new XvaManifest[1];
        try (XapiDownload from = streams.exportMetadata(vm)) {
            byte[] tar = from.content().readAllBytes();
            from.complete();
            assertThrows(
                    DoppelException.class,
                    () -> XvaReader.read(new java.io.ByteArrayInputStream(tar), keep(found), StreamWatch.NONE));
        }
        assertEquals(2, found[0].disks().size());
    }

    private static XvaSink keep(XvaManifest[] found) {
        return new XvaSink() {
            @Override
            public void machine(XvaManifest manifest) {
                found[0] = manifest;
            }

            @Override
            public io.doppel.disks.DiskSink disk(XvaManifest.Disk disk) {
                throw new AssertionError("a disk in the records");
            }
        };
    }

    @Test
    void aVhdIsWrittenWithItsLength() throws Exception {
        byte[] vhd;
        try (XapiDownload from = streams.exportDisk(
                ground.uuid(ground.pool.disk(vm, 0)), XapiStreams.DiskFormat.VHD, Optional.empty())) {
            vhd = from.content().readAllBytes();
            from.complete();
        }
        String target = ground.pool.disk(ground.pool.machine("target", ONE), 0);
        try (XapiUpload to = streams.importVhd(ground.uuid(target), vhd.length)) {
            to.content().write(vhd);
            to.complete();
        }
        assertArrayEquals(one, ground.content(target));
        try (XapiUpload to = streams.importVhd(ground.uuid(target), vhd.length)) {
            to.content().write(vhd, 0, vhd.length / 2);
            to.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
