package io.doppel.storage.local.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import org.osgi.service.component.annotations.Component;

/** The storage type {@code local}. */
@Component
public final class LocalStorageType implements StorageType {
    private static final String PATH = "path";

    private static final SettingsSpec SPEC = SettingsSpec.of(
            SettingField.required(
                    PATH, SettingType.PATH, "The vault's folder; made on first use if the folder above it exists."),
            SettingField.optional(READ_ONLY, SettingType.BOOLEAN, "Whether nothing at all may be written there.")
                    .withDefault("false"));

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String title() {
        return "Folder on this server";
    }

    @Override
    public SettingsSpec settings() {
        return SPEC;
    }

    @Override
    public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        return settings.flag(READ_ONLY)
                ? FolderStorage.openReadOnly(settings.path(PATH))
                : FolderStorage.open(settings.path(PATH));
    }
}
