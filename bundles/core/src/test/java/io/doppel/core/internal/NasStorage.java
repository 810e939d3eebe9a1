package io.doppel.core.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.LocalStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Folders that are servers with a password each. */
final class NasStorage implements StorageType {
    /** What each opening got: server and password, and {@code read-only} if nothing may be written. */
    final List<String> openings = new CopyOnWriteArrayList<>();

    /** The password's reference in each of them. */
    final List<SecretRef> secrets = new CopyOnWriteArrayList<>();

    /** The right passwords by server. */
    final Map<String, String> passwords = new ConcurrentHashMap<>(Map.of("h1", "secret 1", "h2", "secret 2"));

    /** Called before each opening and each {@code put}, with {@code open} or {@code put} and the server. */
    volatile Hook hook = (operation, server) -> {};

    private final Path servers;

    /** What a test does in between. */
    interface Hook {
        void before(String operation, String server) throws Exception;
    }

    /** @param servers folder of the servers' folders */
    NasStorage(Path servers) {
        this.servers = servers;
    }

    @Override
    public String name() {
        return "nas";
    }

    @Override
    public String title() {
        return "nas";
    }

    @Override
    public SettingsSpec settings() {
        return SettingsSpec.of(
                SettingField.required("server", SettingType.HOST, "Server").asAddress(),
                SettingField.required("password", SettingType.SECRET, "Password"),
                SettingField.optional("note", SettingType.TEXT, "Note"),
                SettingField.optional(READ_ONLY, SettingType.BOOLEAN, "Nothing is written")
                        .withDefault("false"));
    }

    @Override
    public Storage open(Settings settings, SecretStore store) throws DoppelException {
        String server = settings.text("server");
        SecretRef secret = settings.secret("password").orElseThrow();
        String password = new String(store.get(secret));
        boolean readOnly = settings.flag(READ_ONLY);
        secrets.add(secret);
        openings.add(server + " " + password + (readOnly ? " " + READ_ONLY : ""));
        before("open", server);
        if (!password.equals(passwords.get(server))) {
            throw new DoppelException(StorageError.DENIED, "'" + server + "' does not accept the password");
        }
        Path folder = servers.resolve(server);
        Storage real = readOnly ? LocalStorage.openReadOnly(folder) : LocalStorage.open(folder);
        return Interposed.before(Storage.class, real, "put", () -> before("put", server));
    }

    private void before(String operation, String server) throws DoppelException {
        try {
            hook.before(operation, server);
        } catch (DoppelException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
