package io.doppel.cli.scrub;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code bin/doppel-scrub}: checks a vault's folder on the machine that has it, without server and without keys. Only reads. Whatever a
 * server stores or deletes meanwhile does no harm.
 */
public final class Scrub {
    /** Nothing is wrong. */
    static final int CLEAN = 0;
    /** Something is damaged. */
    static final int DAMAGE = 1;
    /** The check could not be made, or not of everything. */
    static final int TROUBLE = 2;

    private static final long SECOND = 1_000_000_000L;
    private static final String USAGE = """
            Usage: doppel-scrub [--json] [--quiet] [--rate MIB] FOLDER

            Checks the objects of the vault in FOLDER by their checksums, without any key; only reads.
              --json      print the result as one JSON document
              --quiet     show no progress (it is shown on a terminal only)
              --rate MIB  read at most so many MiB a second

            Exit status: 0 nothing is wrong, 1 something is damaged, 2 not everything could be checked.
            See docs/validation.md for what it cannot see.
            """;

    private final Path vault;
    private final ScrubReport report = new ScrubReport();
    private final ObjectCheck check = new ObjectCheck(this::read);
    private final long bytesPerSecond;
    private final Optional<PrintStream> progress;
    private final long began = System.nanoTime();
    private long shownAt = began;

    private Scrub(Path vault, long bytesPerSecond, Optional<PrintStream> progress) {
        this.vault = vault;
        this.bytesPerSecond = bytesPerSecond;
        this.progress = progress;
    }

    /** Never returns. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err, System.console() != null));
    }

    /** As the command; returns its exit status. */
    static int run(String[] args, PrintStream out, PrintStream err, boolean terminal) {
        boolean json = false;
        boolean quiet = !terminal;
        long rate = 0;
        Path folder = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--json" -> json = true;
                case "--quiet" -> quiet = true;
                case "--help", "-h" -> {
                    out.print(USAGE);
                    return CLEAN;
                }
                case "--rate" -> {
                    i++;
                    if (i == args.length || !args[i].matches("[0-9]{1,7}")) {
                        return usage(err);
                    }
                    rate = Long.parseLong(args[i]) << 20;
                }
                default -> {
                    if (folder != null || args[i].startsWith("-")) {
                        return usage(err);
                    }
                    folder = Path.of(args[i]);
                }
            }
        }
        if (folder == null) {
            return usage(err);
        }
        try {
            Scrub scrub = new Scrub(folder, rate, quiet ? Optional.empty() : Optional.of(err));
            scrub.run();
            out.print(json ? scrub.report.json() + "\n" : scrub.report.text());
            out.flush();
            return scrub.report.status();
        } catch (IOException e) {
            err.println("doppel-scrub: " + e.getMessage());
            return TROUBLE;
        }
    }

    private static int usage(PrintStream err) {
        err.print(USAGE);
        return TROUBLE;
    }

    private void run() throws IOException {
        if (!Files.isDirectory(vault)) {
            throw new IOException("'" + vault + "' is no folder");
        }
        if (!Files.exists(vault.resolve("config")) && !Files.isDirectory(vault.resolve("copies"))) {
            throw new IOException("'" + vault + "' holds no vault: there is no object 'config', nor a copy of it");
        }
        if (!Files.exists(vault.resolve("config"))) {
            report.damaged("config", "it is missing");
        }
        Files.walkFileTree(vault, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return folder.equals(vault.resolve(".tmp")) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                object(file, attributes);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                failed(nameOf(file), e);
                return FileVisitResult.CONTINUE;
            }
        });
        report.took((System.nanoTime() - began) / (double) SECOND);
        progress.ifPresent(p -> p.print("\r\033[K"));
    }

    private String nameOf(Path file) {
        return vault.relativize(file).toString().replace('\\', '/');
    }

    private void object(Path file, BasicFileAttributes attributes) {
        String name = nameOf(file);
        ObjectForm form = ObjectForm.of(name);
        if (form == ObjectForm.UNKNOWN || !attributes.isRegularFile()) {
            report.unknown(name);
            return;
        }
        try {
            check.check(form, name, file).ifPresent(what -> report.damaged(name, what));
            report.checked(form == ObjectForm.DATA_PACK || form == ObjectForm.TREE_PACK);
        } catch (IOException e) {
            failed(name, e);
        }
    }

    private void failed(String name, IOException e) {
        // a server deletes what no version needs any more
        if (!(e instanceof NoSuchFileException)) {
            report.unread(name, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private void read(int bytes) {
        report.read(bytes);
        long now = System.nanoTime();
        if (bytesPerSecond > 0) {
            long earliest = began + (long) ((double) report.bytes() / bytesPerSecond * SECOND);
            while (earliest > now) {
                LockSupport.parkNanos(earliest - now);
                now = System.nanoTime();
            }
        }
        if (progress.isPresent() && now - shownAt >= SECOND) {
            shownAt = now;
            double mib = report.bytes() / 1048576.0;
            progress.get().printf("\r\033[K%.0f MiB checked, %.0f MiB/s", mib, mib * SECOND / (now - began));
        }
    }
}
