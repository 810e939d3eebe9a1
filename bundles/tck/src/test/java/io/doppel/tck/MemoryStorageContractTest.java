package io.doppel.tck;

import io.doppel.spi.storage.Storage;
import java.util.Optional;

class MemoryStorageContractTest extends StorageContract {
    private MemoryStorage.Content content;

    @Override
    protected void clear() {
        content = new MemoryStorage.Content();
    }

    @Override
    protected Storage open() {
        return new MemoryStorage(content, false);
    }

    @Override
    protected Optional<Storage> openReadOnly() {
        return Optional.of(new MemoryStorage(content, true));
    }

    @Override
    protected Optional<Storage> openSmall() {
        return Optional.of(new FailpointStorage(new MemoryStorage()).fullAfter(8 << 20));
    }

    @Override
    protected long bigObjectSize() {
        return 20 << 20;
    }
}
