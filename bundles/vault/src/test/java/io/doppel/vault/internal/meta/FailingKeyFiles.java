package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import java.util.Optional;

/** A server's key files with a hook around each operation, the same as that of the storage. */
record FailingKeyFiles(KeyFiles files, MapStorage.Hook hook) implements KeyFiles {
    private interface Operation<T> {
        T run() throws DoppelException;
    }

    private <T> T around(String name, Operation<T> operation) throws DoppelException {
        hook.before("file", name);
        T result = operation.run();
        hook.after("file", name);
        return result;
    }

    private interface Change {
        void run() throws DoppelException;
    }

    private void change(String name, Change change) throws DoppelException {
        around(name, () -> {
            change.run();
            return null;
        });
    }

    @Override
    public Optional<MachineKey> machineKey() throws DoppelException {
        return around("read key", files::machineKey);
    }

    @Override
    public void storeNextMachineKey(MachineKey key) throws DoppelException {
        change("store next", () -> files.storeNextMachineKey(key));
    }

    @Override
    public Optional<MachineKey> nextMachineKey() throws DoppelException {
        return around("read next", files::nextMachineKey);
    }

    @Override
    public void useNextMachineKey() throws DoppelException {
        change("use next", files::useNextMachineKey);
    }

    @Override
    public Optional<Rotation> rotation(String vault) throws DoppelException {
        return around("read rotation", () -> files.rotation(vault));
    }

    @Override
    public void keep(Rotation rotation) throws DoppelException {
        change("keep rotation", () -> files.keep(rotation));
    }

    @Override
    public void deleteNextMachineKey() throws DoppelException {
        change("delete next", files::deleteNextMachineKey);
    }

    @Override
    public void forgetRotation() throws DoppelException {
        change("forget rotation", files::forgetRotation);
    }
}
