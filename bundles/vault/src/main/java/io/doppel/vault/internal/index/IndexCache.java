package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.DurableFiles;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index segments of a vault as files in a folder of this server (docs/local-index.md). A file that is not there, not whole or not of
 * this vault and segment is made again from the segment in the storage. Segments never change and their names are random, so nothing
 * that is there can be out of date; what the vault does not list any more is deleted. Several openings and processes may
 * use one folder. Safe for several threads.
 */
public final class IndexCache {
    private static final Logger LOG = LoggerFactory.getLogger(IndexCache.class);
    /** Tells this process from one before it that had the same number. */
    private static final String PROCESS =
            ProcessHandle.current().pid() + "-" + UUID.randomUUID().toString().substring(0, 8);
    /** A file that is being written: segment, process, number of the process, a mark of the attempt. */
    private static final Pattern UNFINISHED =
            Pattern.compile("[0-9a-f]{32}\\.(([0-9]{1,18})-[0-9a-f]{8})\\.[0-9a-f-]{36}\\.tmp");

    private final Path folder;
    private final String vault;
    private final IndexSegments remote;

    /** What fills a file. */
    private interface Filling {
        void into(LocalSegmentWriter writer) throws IOException, DoppelException;
    }

    /**
     * For a vault.
     *
     * @param folder of this vault alone; made when it is needed
     * @param vault the vault's id
     * @param remote the segments in its storage
     */
    public IndexCache(Path folder, String vault, IndexSegments remote) {
        this.folder = folder;
        this.vault = vault;
        this.remote = remote;
    }

    /** Opens a segment's file; empty if it has to be made. */
    Optional<LocalSegment> existing(String segment) {
        Path file = folder.resolve(segment);
        try {
            if (Files.exists(file)) {
                LocalFile found = LocalFile.open(file, vault, segment);
                if (found != null) {
                    return Optional.of(new LocalSegment(found, this::again));
                }
                LOG.warn("The local index file {} is not what it should be and is made again", file);
            }
        } catch (IOException e) {
            LOG.warn("The local index file {} is made again: {}", file, e.getMessage());
        }
        return Optional.empty();
    }

    /**
     * Makes a segment's file from the storage and opens it.
     *
     * @throws DoppelException {@link VaultError#LOCAL_INDEX} if it cannot be kept; {@link VaultError#MISSING_OBJECT} or {@link
     *     VaultError#DAMAGED_OBJECT} for the segment; the storage's failure
     */
    LocalSegment make(String segment) throws DoppelException {
        return make(segment, () -> {});
    }

    /** The same, and may be stopped. */
    LocalSegment make(String segment, SegmentReader.Stop stop) throws DoppelException {
        SegmentReader reader = remote.read(segment, stop);
        LocalFile file = write(segment, true, reader.packs(), reader.entries(), writer -> reader.forEach(into(writer)));
        return new LocalSegment(file, this::again);
    }

    /** Makes the file of a segment with these entries, and opens it. */
    LocalSegment make(String segment, SegmentRows rows) throws DoppelException {
        return new LocalSegment(write(segment, true, rows), this::again);
    }

    /** A segment for as long as it is open only, with these entries, which the storage does not have. */
    LocalSegment makePassing(SegmentRows rows) throws DoppelException {
        String name = UUID.randomUUID().toString().replace("-", "");
        return new LocalSegment(write(name, false, rows), spoilt -> {
            throw new DoppelException(
                    VaultError.LOCAL_INDEX, "A local file of what is in no index segment of the vault is spoilt");
        });
    }

    private LocalFile write(String segment, boolean named, SegmentRows rows) throws DoppelException {
        return write(segment, named, rows.packs(), rows.size(), writer -> rows.forEach(into(writer)));
    }

    private static EntrySink into(LocalSegmentWriter writer) {
        return (id, at, e) -> {
            try {
                writer.add(id, at, e.place(), e.lengths());
            } catch (IOException x) {
                throw failure("cannot be written", x);
            }
        };
    }

    /**
     * Writes and opens a file.
     *
     * @param named whether it stays for later openings; otherwise it goes when it is closed
     */
    private LocalFile write(String segment, boolean named, PackTable packs, long entries, Filling filling)
            throws DoppelException {
        try {
            DurableFiles.createFolders(folder);
            Path fresh = folder.resolve(segment + "." + PROCESS + "." + UUID.randomUUID() + ".tmp");
            try {
                Files.createFile(
                        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                try (LocalSegmentWriter writer = new LocalSegmentWriter(fresh, vault, segment, packs, entries)) {
                    filling.into(writer);
                    writer.finish();
                }
                // opened before it has its name, because another opening that cleans up may delete it under that
                LocalFile made = LocalFile.open(fresh, vault, segment);
                if (made == null) {
                    throw new IOException("'" + fresh + "' is not what was written");
                }
                if (named) {
                    Files.move(
                            fresh,
                            folder.resolve(segment),
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                    DurableFiles.sync(folder);
                }
                return made;
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw failure("cannot be written", e);
        }
    }

    private LocalFile again(String segment) throws DoppelException {
        LOG.warn("The local index file {} is spoilt and is made again", folder.resolve(segment));
        drop(segment);
        return make(segment).file();
    }

    /** Deletes a segment's file, if that is possible; who has it open keeps it. */
    void drop(String segment) {
        delete(folder.resolve(segment));
    }

    /** What cannot be deleted takes room, and does no harm. */
    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("The local index file {} is not needed any more and cannot be deleted: {}", file, e.toString());
        }
    }

    /** Deletes all files but those of these segments, and what processes that have ended left unfinished, as far as possible. */
    void retain(Collection<String> segments) throws DoppelException {
        Set<String> kept = new HashSet<>(segments);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (PackTable.isName(name) && !kept.contains(name) || isLeftOver(name)) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            throw failure("cannot be cleaned up", e);
        }
    }

    private static boolean isLeftOver(String name) {
        Matcher m = UNFINISHED.matcher(name);
        if (!m.matches() || m.group(1).equals(PROCESS)) {
            return false;
        }
        long process = Long.parseLong(m.group(2));
        return process == ProcessHandle.current().pid()
                || ProcessHandle.of(process).isEmpty();
    }

    private static DoppelException failure(String what, IOException e) {
        return new DoppelException(
                VaultError.LOCAL_INDEX, "The local copy of the index " + what + ": " + e.getMessage(), e);
    }
}
