package io.doppel.bench.storm;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A server of a storm as a process of its own, to be killed, stalled and cut off from power ({@code bundles/bench/schedules}). The vault lies
 * in {@code FOLDER/vault}, what a server keeps in {@code FOLDER/SERVER}. The key is the vault's recovery key, or {@code -} for a server that
 * has a key file. Prints a line for everything that was done ({@link Promises}); ends with status 1 if something does not hold.
 *
 * <pre>
 * create FOLDER SERVER                                    makes a vault, prints "key RECOVERY-KEY"
 * serve FOLDER SERVER KEY SEED VAULT-SEED WORK NUMBER WHEN   prints "opened", works by chance, prints "operations WORK N"; at operation
 *                                                         NUMBER of WORK (0 for none) holds, before or after it as WHEN says, prints
 *                                                         "holding" and goes on when a line comes in
 * check FOLDER SERVER KEY VAULT-SEED PROMISES NEW         checks everything as the server, after a purge, then as a reader that keeps
 *                                                         what it needs in the new folder NEW; prints "compared N"
 * </pre>
 */
public final class StormProcess {
    private final Path folder;
    private final String server;

    private StormProcess(Path folder, String server) {
        this.folder = folder;
        this.server = server;
    }

    /** Runs one verb. */
    public static void main(String[] args) throws IOException, InterruptedException {
        StormProcess process = new StormProcess(Path.of(args[1]), args[2]);
        try {
            switch (args[0]) {
                case "create" -> process.create();
                case "serve" ->
                    process.serve(
                            args[3],
                            Long.parseLong(args[4]),
                            new Contents(Long.parseLong(args[5])),
                            new PausingStorage.Point(
                                    Work.valueOf(args[6].toUpperCase(Locale.ROOT)),
                                    Integer.parseInt(args[7]),
                                    args[8].equals("after")));
                case "check" ->
                    process.check(
                            args[3],
                            new Contents(Long.parseLong(args[4])),
                            promises(Path.of(args[5])),
                            Path.of(args[6]));
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (DoppelException | Violation e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static Promises promises(Path file) throws IOException {
        Promises promises = new Promises();
        Files.readAllLines(file).forEach(promises::say);
        return promises;
    }

    private Path vaultFolder() {
        return folder.resolve("vault");
    }

    private void create() throws DoppelException {
        try (Storage storage = LocalStorage.open(vaultFolder());
                Vault vault = Vault.create(storage, folder.resolve(server), owner(), "zstd", new char[0])) {
            say("key " + new String(vault.recoveryKey()));
        }
    }

    private VaultOwner owner() {
        return new VaultOwner(server, server);
    }

    /** Opens the vault, taking it over if another server has it. */
    private Vault open(Storage storage, String key) throws DoppelException {
        try {
            return open(storage, folder.resolve(server), VaultAccess.ATTACH, key);
        } catch (DoppelException e) {
            if (!e.is(VaultError.HELD)) {
                throw e;
            }
        }
        Vault vault = open(storage, folder.resolve(server), VaultAccess.TAKE_OVER, key);
        say("took-over");
        return vault;
    }

    private Vault open(Storage storage, Path state, VaultAccess access, String key) throws DoppelException {
        return Vault.open(storage, state, owner(), access, key.equals("-") ? new char[0] : key.toCharArray());
    }

    private void serve(String key, long seed, Contents contents, PausingStorage.Point point)
            throws DoppelException, InterruptedException {
        PausingStorage pausing = new PausingStorage(point, StormProcess::hold);
        Work.OPEN.begins();
        try (Storage storage = pausing.over(LocalStorage.open(vaultFolder()))) {
            work(storage, key, new Random(seed), contents);
        }
        pausing.counts().forEach((work, count) -> say("operations " + work + " " + count));
    }

    private void work(Storage storage, String key, Random random, Contents contents)
            throws DoppelException, InterruptedException {
        Vault opened;
        try {
            opened = open(storage, key);
        } catch (DoppelException e) {
            // the other one may take the vault over while this one opens it
            if (!e.is(VaultError.LEASE_LOST)) {
                throw e;
            }
            say("broken-off OPEN " + e.code().id());
            return;
        }
        try (Vault vault = opened) {
            say("opened");
            Server working = new Server(vault, contents, StormProcess::say);
            for (Thread thread : working.start(random, random.nextInt(8) == 0)) {
                thread.join();
            }
            report(working.failures());
            Work.CLOSE.begins();
        }
    }

    private static void report(List<Throwable> failures) {
        failures.forEach(Throwable::printStackTrace);
        if (!failures.isEmpty()) {
            throw new Violation(failures.size() + " pieces of work failed");
        }
    }

    private static void hold(String where) {
        say("holding " + Work.current() + " " + where);
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(String key, Contents contents, Promises promises, Path fresh) throws DoppelException {
        Inspection inspection = new Inspection(contents, promises);
        int compared = 0;
        try (Storage storage = LocalStorage.open(vaultFolder())) {
            try (Vault vault = open(storage, "-")) {
                inspection.purges(vault, vaultFolder());
                compared += inspection.whole(vault);
            }
            try (Vault vault = open(storage, fresh, VaultAccess.READ_ONLY, key)) {
                compared += inspection.whole(vault);
            }
        }
        say("compared " + compared);
    }
}
