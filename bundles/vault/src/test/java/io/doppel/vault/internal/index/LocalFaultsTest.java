package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder for local files that fails, is full of other things or is shared does: it costs time, and the vault nothing. */
class LocalFaultsTest {
    @TempDir
    Path temp;

    private final MadeUpPacks made = new MadeUpPacks();
    private final List<String> warnings = new ArrayList<>();

    private Path folder() {
        return temp.resolve("index");
    }

    private OpenIndex open() {
        return new OpenIndex(made.storage, made.keys, folder(), MadeUpPacks.VAULT);
    }

    /** From the next segment that is put on, nothing can be made in the folder. */
    private void breakFolderBehindNextSegment() {
        made.storage.hook = new io.doppel.vault.internal.meta.MapStorage.Hook() {
            @Override
            public void before(String operation, String name) {}

            @Override
            public void after(String operation, String name) {
                if (operation.equals("put") && name.startsWith("index/") && Files.isDirectory(folder())) {
                    breakFolder();
                }
            }
        };
    }

    private void breakFolder() {
        try {
            Files.move(folder(), temp.resolve("away"));
            Files.createFile(folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aSegmentWhoseFileCannotBeKeptIsNotLeftInTheVault() throws Exception {
        OpenIndex open = open();
        open.load(List.of(made.segment(List.of(made.pack(1)))), true);
        breakFolderBehindNextSegment();
        open.add(made.pack(10));
        DoppelException e = assertThrows(DoppelException.class, () -> open.write(p -> true));
        assertTrue(e.is(VaultError.LOCAL_INDEX), e::getMessage);
        assertEquals(1, made.segments.stored().size());
    }

    @Test
    void aMergeWhoseFileCannotBeKeptIsNotLeftInTheVault() throws Exception {
        OpenIndex open = open();
        Set<String> listed = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            open.add(made.pack(50));
            OpenIndex.Written written = open.write(p -> true).orElseThrow();
            open.listed(written);
            listed.add(written.name());
        }
        breakFolderBehindNextSegment();
        try (Merger merger = new Merger(
                open,
                () -> listed,
                (old, merged) -> {
                    throw new AssertionError("published");
                },
                pack -> false,
                warnings::add)) {
            merger.wake();
            merger.await();
        }
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith(VaultError.LOCAL_INDEX.id()), warnings::toString);
        assertEquals(listed, Set.copyOf(made.segments.stored()));
    }

    @Test
    void aLoadThatIsTriedAgainTakesNothingInTwice() throws Exception {
        List<String> names = List.of(made.segment(List.of(made.pack(10))), made.segment(List.of(made.pack(10))));
        open().load(names.subList(0, 1), true);
        OpenIndex open = open();
        made.storage.hook = (operation, name) -> {
            if (operation.equals("read") && name.equals(IndexSegments.objectName(names.get(1)))) {
                throw new DoppelException(StorageError.UNREACHABLE, "made by the test");
            }
        };
        for (int i = 0; i < 3; i++) {
            assertThrows(DoppelException.class, () -> open.load(names, true));
        }
        made.storage.hook = (operation, name) -> {};
        open.load(names, true);
        assertEquals(2, open.chunks().segments().size());
    }

    @Test
    void whatCannotBeDeletedKeepsNobodyFromOpening() throws Exception {
        String name = made.segment(List.of(made.pack(10)));
        Path blocked = folder().resolve(made.name()).resolve("file");
        Files.createDirectories(blocked);
        OpenIndex open = open();
        assertEquals(List.of(), open.load(List.of(name), true));
        assertEquals(1, open.chunks().packCount());
        open.distrust(List.of(blocked.getParent().getFileName().toString()));
    }

    @Test
    void anotherOpeningThatCleansUpDoesNotTakeAFileAwayThatIsBeingMade() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            names.add(made.segment(List.of(made.pack(3))));
        }
        IndexCache ours = made.cache(folder());
        IndexCache theirs = made.cache(folder());
        AtomicBoolean done = new AtomicBoolean();
        Thread cleaner = new Thread(() -> {
            while (!done.get()) {
                try {
                    theirs.retain(List.of());
                } catch (DoppelException e) {
                    throw new AssertionError(e);
                }
            }
        });
        cleaner.start();
        try {
            for (String name : names) {
                assertEquals(3, ours.make(name).entries());
            }
        } finally {
            done.set(true);
            cleaner.join();
        }
    }

    @Test
    void aSpoiltFileOfWhatTheVaultDoesNotHaveIsNoDamageOfTheVault() throws Exception {
        OpenIndex open = open();
        PackInfo pack = made.pack(1000);
        open.add(pack);
        open.spill();
        assertEquals(1, open.chunks().find(pack.records().get(0).id()).size());
        spoilOpenFile();
        byte[] id = pack.records().get(0).id();
        DoppelException e =
                assertThrows(DoppelException.class, () -> open.chunks().find(id));
        assertTrue(e.is(VaultError.LOCAL_INDEX), e::getMessage);
    }

    /** The file has no name any more, but the kernel leads to it. */
    private void spoilOpenFile() throws IOException {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : open) {
                if (Files.isSymbolicLink(fd)
                        && Files.readSymbolicLink(fd).toString().startsWith(folder().toString())) {
                    try (RandomAccessFile f = new RandomAccessFile(fd.toFile(), "rw")) {
                        long cells = new LocalLayout(1000, 1).cellsAt();
                        f.seek(cells);
                        f.write(new byte[(int) (f.length() - cells)]);
                    }
                    return;
                }
            }
        }
        throw new AssertionError("no open file");
    }

    @Test
    void aFullDiskLeavesNoFileOpen() throws Exception {
        PackTable packs = new PackTable();
        for (int i = 0; i < 20_000; i++) {
            packs.add(made.name(), ObjectKind.DATA, 1, 0);
        }
        Path full = Path.of("/dev/full");
        long before = opened(full);
        assertThrows(IOException.class, () -> {
            try (LocalSegmentWriter writer = new LocalSegmentWriter(full, MadeUpPacks.VAULT, made.name(), packs, 0)) {
                writer.finish();
            }
        });
        assertEquals(before, opened(full));
    }

    private static long opened(Path file) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(fd -> leadsTo(fd, file)).count();
        }
    }

    private static boolean leadsTo(Path fd, Path file) {
        try {
            return Files.readSymbolicLink(fd).equals(file);
        } catch (IOException e) {
            // it was closed meanwhile
            return false;
        }
    }

    @Test
    void garbageInTheFileOfWhatIsDamagedIsPassedOver() throws Exception {
        ChunkIndex index = new ChunkIndex();
        PackInfo pack = made.pack(3);
        index.add(pack);
        Path file = temp.resolve("damage");
        List<String> lines = List.of(
                "doppel-damage 1 " + MadeUpPacks.VAULT,
                "",
                " ",
                "  x",
                pack.name() + " 12x",
                pack.name() + " 9999999999999999999999",
                made.name(),
                pack.name() + " 64");
        Files.write(file, lines);
        new DamageFile(file, MadeUpPacks.VAULT, index).load();
        assertEquals(new Damage(Set.of(), Set.of(new Damage.Place(0, 64))), index.distrusted());
    }
}
