package io.doppel.storage.cifs.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.spi.storage.Storage;
import io.doppel.tck.ChildJvm;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import io.doppel.tck.StorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract of storages against a real smbd, which all tests of one class share, each with a folder of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CifsContract extends StorageContract {
    private final List<String> settings;
    private Path small;
    private Nas nas;
    private int folders;

    CifsContract(String... settings) {
        this.settings = List.of(settings);
    }

    /** Sets up the server. */
    abstract Samba.Builder server(Samba.Builder builder);

    /** As what it says it speaks. */
    abstract String dialect();

    @Test
    void itTellsWhatWasAgreedOn() throws Exception {
        try (Storage storage = open()) {
            assertEquals(dialect(), storage.facts().get("dialect"));
            assertEquals(
                    settings.contains("encryption=true") ? "of everything" : "off",
                    storage.facts().get("encryption"));
        }
    }

    @BeforeAll
    final void startServer(@TempDir Path folder) throws Exception {
        small = folder.resolve("small");
        Files.createDirectories(small);
        run("mount", "-t", "tmpfs", "-o", "size=8m", "none", small.toString());
        nas = Nas.of(
                folder,
                server(Nas.builder(folder).share(SambaShare.of("small", small))).start());
        Files.createDirectory(nas.store().resolve("vaults"));
    }

    @AfterAll
    final void stopServer() throws Exception {
        if (nas != null) {
            nas.close();
        }
        run("umount", small.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed; this test needs root");
        }
    }

    @Override
    protected void clear() {
        folders++;
    }

    private String[] with(String... more) {
        List<String> all = new ArrayList<>(settings);
        all.add("path=vaults/" + folders);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Override
    protected Storage open() throws Exception {
        return nas.open(with());
    }

    @Override
    protected Optional<Storage> openReadOnly() throws Exception {
        return Optional.of(nas.open(with("read-only=true")));
    }

    @Override
    protected Optional<Storage> openSmall() throws Exception {
        return Optional.of(nas.open(with("share=small", "path=")));
    }

    @Override
    protected Optional<Process> startCrashWriter() throws Exception {
        return Optional.of(ChildJvm.start(CrashWriterMain.class, nas.samba().port() + "", String.join("\n", with())));
    }
}
