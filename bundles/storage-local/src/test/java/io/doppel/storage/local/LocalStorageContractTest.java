package io.doppel.storage.local;

import io.doppel.spi.storage.Storage;
import io.doppel.tck.ChildJvm;
import io.doppel.tck.StorageContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageContractTest extends StorageContract {
    @TempDir
    Path folder;

    @Override
    protected void clear() {
        // Each test gets a new folder.
    }

    @Override
    protected Storage open() throws Exception {
        return LocalStorage.open(folder.resolve("vault"));
    }

    @Override
    protected Optional<Storage> openReadOnly() throws Exception {
        return Optional.of(LocalStorage.openReadOnly(folder.resolve("vault")));
    }

    @Override
    protected Optional<Process> startCrashWriter() throws Exception {
        return Optional.of(
                ChildJvm.start(CrashWriterMain.class, folder.resolve("vault").toString()));
    }
}
