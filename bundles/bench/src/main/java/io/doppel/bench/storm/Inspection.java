package io.doppel.bench.storm;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.bench.OneDisk;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What must hold of a vault after a storm, in the eyes of a server that has just opened it. */
public final class Inspection {
    /** Share of what is in use that may be unused after a purge to 5 %, with the frames of packs that are far too small. */
    private static final double UNUSED = 0.08;

    /** Whoever dies between the two puts of an object that there are two of leaves one; that it is put back is told. */
    private static final Pattern MENDED =
            Pattern.compile("there are two of it, and the other one is right|was put back from");

    private final Contents contents;
    private final Promises promises;

    /** An inspection of a vault of which this was said. */
    public Inspection(Contents contents, Promises promises) {
        this.contents = contents;
        this.promises = promises;
    }

    /**
     * Reads every version and verifies the whole vault.
     *
     * @return how many versions were compared
     * @throws Violation if something does not hold
     */
    public int whole(Vault vault) throws DoppelException {
        for (String warning : vault.warnings()) {
            if (!MENDED.matcher(warning).find()) {
                throw new Violation("warning: " + warning);
            }
        }
        List<String> listed = vault.versionIds();
        promises.kept().forEach((id, content) -> {
            if (!listed.contains(id)) {
                throw new Violation("version " + id + " was reported done and is gone");
            }
        });
        Set<String> gone = promises.gone();
        for (String id : listed) {
            if (gone.contains(id)) {
                throw new Violation("version " + id + " was reported to be removed and is there");
            }
            compare(vault, id, contents, promises.kept().getOrDefault(id, numberOf(vault, id)));
        }
        VerifyReport report = vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        if (!report.clean()) {
            throw new Violation("verification: " + report);
        }
        return listed.size();
    }

    /** The number of a version's content, as its machine says. */
    static int numberOf(Vault vault, String id) throws DoppelException {
        return Integer.parseInt(vault.version(id).machine().id());
    }

    static void compare(Vault vault, String id, Contents contents, int number) throws DoppelException {
        try (DiskReader disk = vault.openDisk(id, OneDisk.KEY)) {
            byte[] bytes = new byte[Math.toIntExact(disk.size())];
            disk.read(0, bytes, 0, bytes.length);
            if (!contents.is(number, bytes)) {
                throw new Violation("version " + id + " restores to other bits");
            }
        }
    }

    /**
     * Purges, and checks that this leaves what it promises and nothing else.
     *
     * @param folder where the vault's objects are
     */
    public void purges(Vault vault, Path folder) throws DoppelException {
        CollectReport report = vault.collect(CollectOptions.DEFAULT, (phase, total, done) -> {}, CancelToken.NEVER);
        long there = bytes(folder.resolve("data")) + bytes(folder.resolve("tree"));
        if (there != report.bytesInUse() + report.bytesUnused()) {
            throw new Violation("packs have " + there + " bytes after " + report);
        }
        if (!report.notes().isEmpty() || report.bytesUnused() > UNUSED * report.bytesInUse()) {
            throw new Violation("unused after a purge: " + report);
        }
    }

    private static long bytes(Path folder) {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new Violation(folder + " cannot be read: " + e);
        }
    }
}
