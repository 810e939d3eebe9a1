package io.doppel.vault.internal.collect;

import io.doppel.vault.DurableFiles;
import io.doppel.vault.internal.index.ChunkIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which packs were stored by sessions that published no version, so that a collection can leave them to a resumed backup for a while.
 * In the server's folder, for each such session, is a file of its id with a line for each pack, by name; it was last changed when the last
 * of them was begun. Nothing depends on these files but how soon space is given back: one that is lost or cannot be written means that a
 * resumed backup may have to store more. Safe for several threads.
 */
public final class UnpublishedPacks {
    private static final Logger LOG = LoggerFactory.getLogger(UnpublishedPacks.class);

    private final Path folder;
    private final ChunkIndex index;

    /**
     * The notes of a vault.
     *
     * @param folder of the files; made when it is needed
     */
    public UnpublishedPacks(Path folder, ChunkIndex index) {
        this.folder = folder;
        this.index = index;
    }

    /** A session is about to store a pack. */
    public void begun(String session, String pack) {
        try {
            DurableFiles.createFolders(folder);
            Files.writeString(
                    folder.resolve(session),
                    pack + "\n",
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.warn(
                    "If the backup under way is interrupted, a purge may take what it stored so far: {}", e.toString());
        }
    }

    /** A version of the session is published. */
    public void published(String session) {
        delete(folder.resolve(session));
    }

    /** Numbers of the packs of sessions that began their last one after that time. */
    public BitSet since(Instant oldest) {
        BitSet packs = new BitSet();
        for (Path file : files()) {
            if (isYoung(file, oldest)) {
                packs.or(read(file));
            }
        }
        return packs;
    }

    /** Deletes what is of no use any more: notes that are older, and those of which no pack is there. */
    public void prune(Instant oldest, Predicate<String> isOpen) {
        for (Path file : files()) {
            boolean open = isOpen.test(file.getFileName().toString());
            if (!open && (!isYoung(file, oldest) || read(file).stream().allMatch(index::isCleared))) {
                delete(file);
            }
        }
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
                all.forEach(files::add);
            } catch (IOException e) {
                LOG.warn("What interrupted backups stored is not known: {}", e.toString());
            }
        }
        return files;
    }

    private static boolean isYoung(Path file, Instant oldest) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isAfter(oldest);
        } catch (IOException e) {
            return false;
        }
    }

    private BitSet read(Path file) {
        BitSet packs = new BitSet();
        try {
            for (String name : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                int pack = index.packNumber(name);
                if (pack >= 0) {
                    packs.set(pack);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} has been published just now", file);
        } catch (IOException e) {
            LOG.warn("What an interrupted backup stored is not known: {}", e.toString());
        }
        return packs;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Until '{}' is deleted, a purge may keep packs for longer than needed: {}", file, e.toString());
        }
    }
}
