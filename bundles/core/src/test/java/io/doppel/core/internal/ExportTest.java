package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VaultRequest;
import io.doppel.disks.DiskImages;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.export.MachineContent;
import io.doppel.spi.export.MachineFile;
import io.doppel.spi.export.MachineFormat;
import io.doppel.spi.hypervisor.HostWork;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions as image files. */
class ExportTest {
    /** No multiple of 2 MiB, with a hole in the middle. */
    private static final int SIZE = (9 << 20) + 512;

    @TempDir
    Path folder;

    private final byte[] content = new byte[SIZE];
    private Server server;
    private Path out;
    private String version;

    @BeforeEach
    void start() throws Exception {
        Random random = new Random(3);
        for (int at : new int[] {0, 7 << 20}) {
            byte[] part = new byte[2 << 20];
            random.nextBytes(part);
            System.arraycopy(part, 0, content, at, part.length);
        }
        content[SIZE - 1] = 9;
        out = Files.createDirectory(folder.resolve("out"));
        Path machine = Files.createDirectories(folder.resolve("machines").resolve("web 1"));
        Files.write(machine.resolve("a.img"), content);
        Files.write(machine.resolve("b.img"), new byte[1 << 20]);
        server = new Server(folder.resolve("state"));
        server.core
                .inventory()
                .addHost("h", "folder", Map.of("path", machine.getParent().toString()));
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        version = server.succeed("version", "backup", List.of("h/web 1"), Map.of("vault", "v", "validate", "false"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, String> options(String... more) {
        Map<String, String> options = new HashMap<>(Map.of("version", version, "to", out.toString()));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    private JobRun export(String... more) throws Exception {
        return server.run("export", List.of(), options(more));
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.list(out)) {
            return all.sorted().toList();
        }
    }

    private static byte[] read(Path image) throws Exception {
        try (DiskReader reader = DiskImages.open(image)) {
            byte[] all = new byte[(int) reader.size()];
            reader.read(0, all, 0, all.length);
            return all;
        }
    }

    @Test
    void everyDiskIsAnImageThatReadsTheSame() throws Exception {
        for (String format : List.of("vhd", "raw")) {
            JobRun run = export("format", format);
            assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
            Map<String, String> results =
                    server.core.jobs().tasks(run.id()).get(0).results();
            List<Path> made = results.entrySet().stream()
                    .filter(e -> e.getKey().startsWith("file "))
                    .map(e -> Path.of(e.getValue()))
                    .sorted()
                    .toList();
            assertEquals(2, made.size());
            assertTrue(made.get(0).getFileName().toString().startsWith("web_1-" + version.substring(0, 8)));
            assertTrue(made.get(0).toString().endsWith("." + format));
            assertArrayEquals(content, read(made.get(0)), format);
            assertArrayEquals(new byte[1 << 20], read(made.get(1)), format);
        }
        assertEquals(4, files().size());
        assertTrue(Files.size(files().get(1)) < SIZE, "a VHD holds the data alone");
        JobRun again = export("format", "raw");
        assertEquals(CommonError.EXISTS.id(), again.errorCode(), again.outcome());
        assertEquals(4, files().size());
        assertEquals(List.of(), server.core.vaults().holds("v"));
    }

    @Test
    void whoCancelsFindsNoFile() throws Exception {
        for (String format : List.of("vhd", "raw")) {
            CountDownLatch begun = new CountDownLatch(1);
            try (var s = server.core.jobs().subscribe(event -> begun.countDown())) {
                JobRun run = server.core
                        .jobs()
                        .submit(new JobDefinition("", "export", List.of(), options("format", format)));
                begun.await();
                server.core.jobs().cancel(run.id());
                assertEquals(
                        JobState.CANCELLED, server.core.jobs().await(run.id()).state());
            }
            assertEquals(List.of(), files());
        }
    }

    @Test
    void aFailureLeavesNoFileOfAnyDisk() throws Exception {
        for (String format : List.of("vhd", "raw")) {
            Path inTheWay =
                    out.resolve("web_1-" + version.substring(0, 8) + "-" + keys().get(1) + "." + format + ".part");
            Files.createDirectory(inTheWay);
            JobRun run = export("format", format);
            assertEquals(JobState.FAILED, run.state(), run.outcome());
            assertEquals(List.of(inTheWay), files());
            Files.delete(inTheWay);
        }
    }

    private List<String> keys() throws Exception {
        return server
                .core
                .jobs()
                .preview(new JobDefinition("", "backup", List.of("h/web 1"), Map.of("vault", "v")))
                .get(0)
                .disks()
                .stream()
                .map(d -> d.key())
                .toList();
    }

    @Test
    void oneDiskAndADryRun() throws Exception {
        JobRun dry = export("dry-run", "true");
        assertEquals(JobState.SUCCEEDED, dry.state(), dry.outcome());
        assertTrue(server.logOf(dry).contains(".vhd"), server.logOf(dry));
        assertEquals(List.of(), files());
        JobRun run = export("disks", keys().get(1));
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertEquals(1, files().size());
        List<JobTask> tasks = server.core.jobs().tasks(run.id());
        assertEquals(2, tasks.size());
        assertEquals(
                CommonError.NOT_FOUND.id(),
                export("to", out.resolve("no").toString()).errorCode());
    }

    /** One file of all disks, one behind the other; waits at the end of the first for what a test wants. */
    private static final class Box implements MachineFormat {
        private final String type;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        Box(String type) {
            this.type = type;
        }

        @Override
        public String name() {
            return "box";
        }

        @Override
        public String title() {
            return "disks in a row";
        }

        @Override
        public String hypervisorType() {
            return type;
        }

        @Override
        public SettingsSpec options() {
            return SettingsSpec.of(SettingField.choice("lid", "Whether it has one", "no", List.of("no", "yes")));
        }

        @Override
        public MachineFile plan(MachineContent machine, HostWork work) {
            work.info("a box for " + machine.name() + " with the lid "
                    + machine.options().get("lid"));
            return new MachineFile() {
                @Override
                public long length() {
                    return machine.disks().stream().mapToLong(MachineDisk::size).sum();
                }

                @Override
                public void writeTo(OutputStream out, LongConsumer progress) throws DoppelException, IOException {
                    for (MachineDisk disk : machine.disks()) {
                        byte[] all = new byte[(int) disk.size()];
                        machine.readers().get(disk.key()).read(0, all, 0, all.length);
                        out.write(all);
                        progress.accept(all.length);
                        begun.countDown();
                        await(goOn);
                        work.cancel().check();
                    }
                }
            };
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Box box(String type) {
        Box box = new Box(type);
        server.plugins.formats().add(box);
        return box;
    }

    @Test
    void aPlugInsFormatHoldsTheWholeMachine() throws Exception {
        box("folder").goOn.countDown();
        JobRun run = export("format", "box", "host-options", "lid=yes");
        assertEquals(JobState.SUCCEEDED, run.state(), run.outcome());
        assertTrue(server.logOf(run).contains("a box for web 1 with the lid yes"), server.logOf(run));
        Path file = out.resolve("web_1-" + version.substring(0, 8) + ".box");
        assertEquals(List.of(file), files());
        assertEquals(
                file.toString(),
                server.core.jobs().tasks(run.id()).get(0).results().get("file machine"));
        byte[] both = Arrays.copyOf(content, SIZE + (1 << 20));
        assertArrayEquals(both, Files.readAllBytes(file));
        assertEquals(CommonError.EXISTS.id(), export("format", "box").errorCode());
    }

    @Test
    void whatAFormatCannotHoldIsRefused() throws Exception {
        DoppelException unknown = assertThrows(DoppelException.class, () -> export("format", "box"));
        assertTrue(unknown.getMessage().contains("vhd") && unknown.getMessage().contains("raw"), unknown.getMessage());
        box("another");
        JobRun other = export("format", "box");
        assertEquals(CommonError.UNSUPPORTED.id(), other.errorCode(), other.outcome());
        assertTrue(other.outcome().contains("folder") && other.outcome().contains("another"), other.outcome());
        assertEquals(
                CommonError.UNKNOWN_SETTING.id(),
                export("host-options", "lid=yes").errorCode());
        assertEquals(List.of(), files());
    }

    @Test
    void aWholeMachineLeavesNoFileOnCancelAndWhenItsPlugInLeaves() throws Exception {
        for (boolean leaves : List.of(false, true)) {
            Box box = box("folder");
            JobRun run =
                    server.core.jobs().submit(new JobDefinition("", "export", List.of(), options("format", "box")));
            box.begun.await();
            assertEquals(1, files().size());
            if (leaves) {
                server.plugins.formats().remove(box);
            } else {
                server.core.jobs().cancel(run.id());
            }
            box.goOn.countDown();
            assertEquals(
                    leaves ? JobState.FAILED : JobState.CANCELLED,
                    server.core.jobs().await(run.id()).state());
            server.plugins.formats().remove(box);
            assertEquals(List.of(), files());
        }
        assertEquals(List.of(), server.core.vaults().holds("v"));
    }
}
