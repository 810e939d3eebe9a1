package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.transport.Transport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups whose best ways to a disk fail. */
class FallBackTest implements Transport {
    private static final int IMAGE = 80 << 20;
    private static final Map<String, String> OPTIONS = Map.of("vault", "v", "validate", "false");

    @TempDir
    Path folder;

    private final byte[] content = new byte[IMAGE];
    private final List<String> opened = new CopyOnWriteArrayList<>();
    private Path image;
    private Server server;
    private TrackingHypervisor hypervisor;
    private final ErrorCode error = CommonError.UNSUPPORTED;
    private volatile Runnable beforeFailing = () -> {};

    @BeforeEach
    void start() throws Exception {
        Path machines = Files.createDirectory(folder.resolve("machines"));
        image = Files.createDirectory(machines.resolve("m")).resolve("disk.img");
        new Random(11).nextBytes(content);
        Files.write(image, content);
        server = new Server(folder.resolve("state"));
        hypervisor = new TrackingHypervisor(server.hypervisor);
        server.plugins.hypervisors().add(hypervisor);
        server.plugins.transports().add(this);
        server.processor.addTransport(this);
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        server.core.inventory().addHost("t", "tracking", Map.of("path", machines.toString()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JobRun backup() throws Exception {
        return server.run("backup", List.of("t/m"), OPTIONS);
    }

    private static DiskAccess access(String kind, int cost) {
        return new DiskAccess(kind, Place.ANYWHERE, false, cost, Optional.empty(), Map.of(), Map.of());
    }

    private void assertStored(JobRun run, byte[] expected) throws Exception {
        String version = server.core.jobs().tasks(run.id()).get(0).results().get("version");
        String name = "restored" + run.id();
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", name));
        assertArrayEquals(
                expected,
                Files.readAllBytes(folder.resolve("machines").resolve(name).resolve("disk.img")));
    }

    @Test
    void theNextWorseWayIsTakenAndNamed() throws Exception {
        hypervisor.better = List.of(access("opens-not", 10), access("reads-not", 20));
        JobRun run = backup();
        assertEquals(JobState.WARNING, run.state(), run.outcome());
        assertEquals(List.of("opens-not", "reads-not"), opened);
        assertTrue(
                run.outcome()
                        .contains("opens-not failed (" + CommonError.UNSUPPORTED.id()
                                + ": opens-not is broken), read by reads-not. Disk"),
                run.outcome());
        assertTrue(run.outcome().endsWith("read by folder-file"), run.outcome());
        assertTrue(server.logOf(run).contains("read by folder-file"));
        assertStored(run, content);
    }

    @Test
    void aFallBackStillReadsTheChangesAlone() throws Exception {
        assertEquals(JobState.SUCCEEDED, backup().state());
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.seek(1 << 20);
            f.write(new byte[4096]);
        }
        hypervisor.changes = List.of(new ByteRange(1 << 20, 4096));
        hypervisor.better = List.of(access("reads-not", 20));
        JobRun run = backup();
        assertEquals(JobState.WARNING, run.state(), run.outcome());
        assertTrue(run.progress().read() < 4 << 20, "read " + run.progress().read());
        assertStored(run, Files.readAllBytes(image));
    }

    @Test
    void whenEveryWayFailsTheLastFailureIsTold() throws Exception {
        hypervisor.better = List.of(access("opens-not", 60), access("reads-not", 20));
        beforeFailing = () -> {
            try {
                Files.delete(image);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        JobRun run = backup();
        assertEquals(JobState.FAILED, run.state(), run.outcome());
        assertEquals(List.of("reads-not", "opens-not"), opened);
        assertTrue(run.outcome().contains("opens-not is broken"), run.outcome());
        assertEquals(List.of(), server.core.vaults().versions(Optional.empty(), Optional.empty()));
    }

    @Test
    void whoCancelsGetsNoFallBack() throws Exception {
        hypervisor.better = List.of(access("reads-not", 20));
        JobRun[] run = new JobRun[1];
        CountDownLatch known = new CountDownLatch(1);
        beforeFailing = () -> {
            try {
                known.await();
                server.core.jobs().cancel(run[0].id());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
        run[0] = server.core.jobs().submit(new JobDefinition("", "backup", List.of("t/m"), OPTIONS));
        known.countDown();
        JobRun ended = server.core.jobs().await(run[0].id());
        assertEquals(JobState.CANCELLED, ended.state(), ended.outcome());
        assertFalse(server.logOf(ended).contains("read by"), server.logOf(ended));
    }

    @Override
    public String name() {
        return "broken";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().endsWith("-not");
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        opened.add(access.kind());
        if (access.kind().equals("opens-not")) {
            throw broken(access);
        }
        return new DiskReader() {
            @Override
            public long size() {
                return IMAGE;
            }

            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                if (offset >= IMAGE / 2 || length == 4096 || hypervisor.changes.size() > 0) {
                    beforeFailing.run();
                    throw broken(access);
                }
                System.arraycopy(content, (int) offset, buffer, from, length);
            }

            @Override
            public List<ByteRange> allocated(ByteRange range) {
                return List.of(range);
            }

            @Override
            public void close() {}
        };
    }

    private DoppelException broken(DiskAccess access) {
        return new DoppelException(error, access.kind() + " is broken");
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        throw new AssertionError("nobody writes");
    }
}
