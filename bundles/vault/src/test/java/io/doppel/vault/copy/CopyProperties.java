package io.doppel.vault.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.chunk.Layout;
import io.doppel.vault.chunk.TestDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Assertions;

/** Copies of random histories of machines, in random order, with removals and purges on both sides in between. */
class CopyProperties {
    /** Three windows and a piece, so that trees have nodes above leaves, and children that are equal and others that are not. */
    private static final int PAGES = 3 * (int) (Layout.WINDOW / Layout.PAGE) + 37;

    @Property(tries = 10)
    void copiesHoldTheSameAndNothingIsSentTwice(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Path folder = Files.createTempDirectory("copies");
        try (Site onsite = Site.make(folder, "onsite", random.nextBoolean() ? "zstd" : "lz4", Optional.empty());
                Site offsite = Site.make(folder, "offsite", "zstd", Optional.of(onsite))) {
            List<String> versions = history(onsite, random);
            List<String> order = new ArrayList<>(versions);
            if (random.nextBoolean()) {
                Collections.shuffle(order, random);
            }
            CopyOptions options =
                    CopyOptions.usual().withStreams(1 + random.nextInt(3)).withPackBytes(1 << 18);
            List<String> copies = new ArrayList<>();
            for (String version : order) {
                CopyReport report = offsite.copyFrom(onsite, version, options);
                assertEquals(CopyReport.Result.COPIED, report.result());
                copies.add(report.version().id());
                // chunks once, whichever way they came
                assertTrue(offsite.vault.uniqueBytes() <= onsite.vault.uniqueBytes());
            }
            assertEquals(onsite.vault.uniqueBytes(), offsite.vault.uniqueBytes());
            for (String version : versions) {
                long before = offsite.storage.written.get();
                assertEquals(
                        CopyReport.Result.PRESENT,
                        offsite.copyFrom(onsite, version, options).result());
                assertEquals(before, offsite.storage.written.get());
            }
            thinOut(offsite, copies, random);
            onsite.close();
            for (String copy : copies) {
                offsite.assertHolds(copy);
            }
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Collections.reverseOrder()).forEach(CopyProperties::delete);
            }
        }
    }

    /** Some versions of two machines whose disks change, grow and share content. */
    private static List<String> history(Site onsite, Random random) throws Exception {
        List<String> versions = new ArrayList<>();
        Map<String, byte[]> web = disks(random);
        Map<String, byte[]> db = new LinkedHashMap<>(web);
        for (int day = 0; day < 3 + random.nextInt(3); day++) {
            boolean first = random.nextBoolean();
            Map<String, byte[]> disks = first ? web : db;
            disks.replaceAll((key, content) -> changed(content, random));
            Instant at = Instant.parse("2026-01-01T00:00:00.123456789Z").plusSeconds(86_400L * day);
            versions.add(onsite.store(first ? "web" : "db", at, disks));
        }
        return versions;
    }

    private static Map<String, byte[]> disks(Random random) {
        Map<String, byte[]> disks = new LinkedHashMap<>();
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
            int pages = random.nextInt(4) == 0 ? random.nextInt(40) : 1 + random.nextInt(PAGES);
            disks.put("disk" + i, TestDisk.pages(random, pages, random.nextBoolean() ? 0 : 700));
        }
        return disks;
    }

    private static byte[] changed(byte[] content, Random random) {
        byte[] next = content.clone();
        int pages = content.length / Layout.PAGE;
        if (random.nextInt(8) == 0) {
            return new byte[content.length];
        }
        for (int i = 0; i < random.nextInt(6) && pages > 0; i++) {
            TestDisk.fill(next, random.nextInt(pages), random.nextInt(3), random);
        }
        return random.nextInt(6) == 0 ? TestDisk.pages(random, pages + 3, 0) : next;
    }

    private static void thinOut(Site offsite, List<String> copies, Random random) throws Exception {
        while (copies.size() > 1 && random.nextInt(3) > 0) {
            offsite.remove(copies.remove(random.nextInt(copies.size())));
        }
        offsite.purge();
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            Assertions.fail(e);
        }
    }
}
