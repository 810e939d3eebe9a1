package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.retention.RetentionScope;
import io.doppel.api.vault.MachineFigures;
import io.doppel.api.vault.VaultFigures;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Figures of a small vault, against sums that are made anew from its files and versions. */
@Timeout(240)
class FiguresTest {
    private static final int SIZE = 8 << 20;
    /** A purge counts footers of the packs that it writes as used, the next one does not. */
    private static final int FOOTERS = 4 << 10;

    @TempDir
    Path folder;

    private final byte[] common = new byte[SIZE];
    private Server server;

    @BeforeEach
    void start() throws Exception {
        new Random(1).nextBytes(common);
        server = serve("state");
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.CREATE);
        write("a", common, 0);
        write("b", common, 1);
        backup("a");
        backup("b");
        write("a", common, 2);
        backup("a");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Server serve(String state) throws Exception {
        Server made = new Server(folder.resolve(state));
        Path machines = Files.createDirectories(folder.resolve("machines"));
        if (made.core.inventory().hosts().isEmpty()) {
            made.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        }
        return made;
    }

    /** A machine's disk: the common content, but for a mebibyte of its own. */
    private void write(String machine, byte[] content, int seed) throws IOException {
        byte[] own = new byte[1 << 20];
        new Random(100 + seed).nextBytes(own);
        byte[] disk = content.clone();
        System.arraycopy(own, 0, disk, seed << 20, seed == 0 ? 0 : own.length);
        Path place = Files.createDirectories(folder.resolve("machines").resolve(machine));
        Files.write(place.resolve("disk.img"), disk);
    }

    private String backup(String machine) throws Exception {
        return server.succeed("version", "backup", List.of("h/" + machine), Map.of("vault", "v"));
    }

    private VaultFigures figures() throws Exception {
        return server.core.figures().figures("v");
    }

    private List<VersionView> versions() {
        return server.core.vaults().versions(Optional.of("v"), Optional.empty());
    }

    private long packs() throws IOException {
        long sum = 0;
        for (String kind : List.of("data", "tree")) {
            try (Stream<Path> files = Files.walk(folder.resolve("vault").resolve(kind))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sum += Files.size(file);
                }
            }
        }
        return sum;
    }

    private String purge(String result, Map<String, String> options) throws Exception {
        return server.succeed(result, "purge", List.of(), options);
    }

    private MachineFigures machine(String name) throws Exception {
        return figures().machines().stream()
                .filter(m -> m.machineName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sumsOfVersionsAndPacks() throws Exception {
        VaultFigures f = figures();
        assertEquals(3, f.versions());
        assertEquals(3L * SIZE, f.logicalBytes());
        assertEquals(3L * SIZE, f.dataBytes());
        assertEquals(packs(), f.storedBytes());
        long fresh = versions().stream().mapToLong(VersionView::newBytes).sum();
        assertEquals(fresh, f.uniqueBytes());
        assertEquals(SIZE, versions().get(2).newBytes());
        assertTrue(f.uniqueBytes() > SIZE + (2 << 20) && f.uniqueBytes() < SIZE + (4 << 20), f::toString);
        assertEquals(3.0 * SIZE / fresh, f.dedupRatio());
        assertEquals((double) fresh / packs(), f.compressionRatio());
        assertEquals(0, f.droppable());
        assertEquals(Instant.EPOCH, f.usedMeasured());
        long added = versions().stream().mapToLong(VersionView::storedBytes).sum();
        assertEquals(packs() - added, f.unusedBytes(), "what packs have beside their records");
        assertEquals(added, f.growth7());
        assertEquals(
                f.storedBytes() - f.unusedBytes(),
                f.machines().stream().mapToLong(MachineFigures::storedBytes).sum());
        // who stored first what both have is told
        assertTrue(machine("a").newBytes() > SIZE && machine("b").newBytes() < 2 << 20, f::toString);
        assertEquals(2, machine("a").versions());
    }

    @Test
    void theEstimateIsExactBehindAPurgeAndErrsByWhatIsShared() throws Exception {
        server.core.retention().setPolicy(RetentionScope.ofVault("v"), Map.of("keep-last", "1"));
        // its own mebibyte is shared with nobody
        write("a", common, 3);
        backup("a");
        Map<String, String> options = Map.of("vault", "v", "unused", "0");
        VaultFigures before = figures();
        assertEquals(2, before.droppable());
        purge("freed", options);
        VaultFigures after = figures();
        assertEquals(packs(), after.storedBytes());
        assertEquals(2, after.versions());
        assertEquals(0, after.droppable());
        assertTrue(after.usedMeasured().isAfter(Instant.EPOCH));
        long unused = Long.parseLong(purge("unused", Map.of("vault", "v", "unused", "0", "dry-run", "true")));
        assertEquals(unused, after.unusedBytes(), FOOTERS);
        // the first version stored what the others need, and so is thought to free more than it does
        long freed = before.storedBytes() - after.storedBytes();
        assertTrue(before.purgeBytes() >= freed, before + ": " + freed);

        VersionView b = versions().stream()
                .filter(v -> v.machineName().equals("b"))
                .findFirst()
                .orElseThrow();
        server.core.retention().remove(List.of(b.id()), true);
        VaultFigures removed = figures();
        assertEquals(after.unusedBytes() + b.storedBytes(), removed.unusedBytes(), FOOTERS);
        purge("freed", options);
        // what the first version brought in and b was the last to need goes, too, which nobody can foresee without a
        // walk
        long really = after.storedBytes() - packs();
        assertTrue(really >= b.storedBytes(), () -> "freed " + really + " of " + b.storedBytes());
        assertEquals(packs(), figures().storedBytes());
    }

    @Test
    void theSameInTheEyesOfEveryServer() throws Exception {
        server.core.retention().remove(List.of(versions().get(2).id()), true);
        purge("freed", Map.of("vault", "v", "unused", "0"));
        VaultFigures expected = figures();
        server.core.vaults().rebuildCatalogue("v");
        assertSame(expected, figures(), true);
        server.close();
        server = serve("state");
        assertSame(expected, figures(), true);
        server.close();
        server = serve("heir");
        server.addVault("v", folder.resolve("vault"), VaultRequest.Access.TAKE_OVER);
        assertSame(expected, figures(), false);
        assertEquals(Instant.EPOCH, figures().usedMeasured());
        purge("unused", Map.of("vault", "v", "dry-run", "true"));
        assertEquals(expected.unusedBytes(), figures().unusedBytes(), FOOTERS);
    }

    private static void assertSame(VaultFigures a, VaultFigures b, boolean measured) {
        assertEquals(a.versions(), b.versions());
        assertEquals(a.logicalBytes(), b.logicalBytes());
        assertEquals(a.dataBytes(), b.dataBytes());
        assertEquals(a.uniqueBytes(), b.uniqueBytes());
        assertEquals(a.storedBytes(), b.storedBytes());
        assertEquals(a.machines(), b.machines());
        if (measured) {
            assertEquals(a.unusedBytes(), b.unusedBytes());
            assertEquals(a.usedMeasured(), b.usedMeasured());
        }
    }
}
