package io.doppel.storage.cifs.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.cifs.internal.smb.Dialect;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbLimits;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import io.doppel.storage.cifs.internal.smb.SmbTarget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** The storage type {@code cifs}. */
@Component
public final class CifsStorageType implements StorageType {
    static final String NAME = "cifs";
    static final String SERVER = "server";
    static final String SHARE = "share";
    static final String PATH = "path";
    static final String PORT = "port";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String DOMAIN = "domain";
    static final String SIGNING = "signing";
    static final String ENCRYPTION = "encryption";
    static final String MIN_DIALECT = "min-dialect";
    static final String GRANT_USER = "grant-user";
    static final String GRANT_PASSWORD = "grant-password";

    private static final SettingsSpec SPEC = SettingsSpec.of(
            SettingField.required(SERVER, SettingType.HOST, "Name or address of the server or NAS.")
                    .asAddress(),
            SettingField.required(SHARE, SettingType.TEXT, "Name of the share.").asAddress(),
            SettingField.optional(
                    PATH,
                    SettingType.TEXT,
                    "The vault's folder on the share; made on first use if the folder above it exists. Without it, the share."),
            SettingField.optional(PORT, SettingType.PORT, "TCP port.")
                    .withDefault("445")
                    .asAddress(),
            SettingField.required(USER, SettingType.TEXT, "User name."),
            SettingField.required(PASSWORD, SettingType.SECRET, "Password of the user."),
            SettingField.optional(
                    DOMAIN, SettingType.TEXT, "Domain of the user, if it is not an account of the server."),
            SettingField.optional(
                            SIGNING,
                            SettingType.BOOLEAN,
                            "Whether everything must be signed; without it only what the server wants signed.")
                    .withDefault("true"),
            SettingField.optional(
                            ENCRYPTION,
                            SettingType.BOOLEAN,
                            "Whether everything must be encrypted (SMB 3.0 or newer); without it only what the server wants.")
                    .withDefault("false"),
            SettingField.choice(
                    MIN_DIALECT,
                    "The oldest version of SMB that is spoken.",
                    Dialect.SMB_2_1.toString(),
                    List.of(Dialect.SMB_2_1.toString(), Dialect.SMB_3_0.toString(), Dialect.SMB_3_1_1.toString())),
            SettingField.optional(READ_ONLY, SettingType.BOOLEAN, "Whether nothing at all may be written there.")
                    .withDefault("false"),
            SettingField.optional(
                    GRANT_USER, SettingType.TEXT, "A second account with fewer rights, handed to remote processors."),
            SettingField.optional(GRANT_PASSWORD, SettingType.SECRET, "Password of the second account."));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String title() {
        return "Folder on a CIFS (SMB) share";
    }

    @Override
    public SettingsSpec settings() {
        return SPEC;
    }

    @Override
    public Storage open(Settings settings, SecretStore secrets) throws DoppelException {
        return open(settings, secrets, SmbLimits.USUAL);
    }

    static CifsStorage open(Settings settings, SecretStore secrets, SmbLimits limits) throws DoppelException {
        SmbTarget target = new SmbTarget(
                settings.text(SERVER),
                (int) settings.integer(PORT),
                checked(SHARE, settings.text(SHARE), "/\\"),
                settings.text(USER),
                settings.find(DOMAIN).orElse(""),
                Dialect.of(settings.text(MIN_DIALECT)),
                settings.flag(SIGNING),
                settings.flag(ENCRYPTION));
        String path = path(settings.find(PATH).orElse(""));
        SecretRef password = secret(settings, PASSWORD);
        CifsFolder folder = new CifsFolder(
                "\\\\" + target.server() + "\\" + target.share() + (path.isEmpty() ? "" : "\\" + path), path);
        return CifsStorage.open(
                previous -> new Link(connect(target, secrets, password, previous, limits)),
                folder,
                settings.flag(READ_ONLY),
                grants(settings, secrets));
    }

    private static SmbShare connect(
            SmbTarget target, SecretStore secrets, SecretRef password, long previous, SmbLimits limits)
            throws SmbException, DoppelException {
        char[] value = secrets.get(password);
        try {
            SmbShare share = SmbShare.connect(target, value, previous, limits);
            WarmUp.cipher();
            return share;
        } finally {
            Arrays.fill(value, '\0');
        }
    }

    private static Optional<Grants> grants(Settings settings, SecretStore secrets) throws DoppelException {
        Optional<String> user = settings.find(GRANT_USER);
        if (user.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> given = new HashMap<>(settings.asMap());
        given.keySet().removeAll(List.of(PASSWORD, GRANT_USER, GRANT_PASSWORD));
        given.put(USER, user.get());
        return Optional.of(new Grants(given, secret(settings, GRANT_PASSWORD), secrets));
    }

    private static SecretRef secret(Settings settings, String name) throws DoppelException {
        try {
            return settings.secret(name).orElseThrow();
        } catch (NoSuchElementException e) {
            throw new DoppelException(CommonError.MISSING_SETTING, "The setting " + name + " has no value", e);
        }
    }

    /** With backslashes, without any at the ends; people write either kind. */
    private static String path(String text) throws DoppelException {
        String path = text.replace('/', '\\');
        path = path.replaceAll("^\\\\+|\\\\+$", "");
        for (String part : path.split("\\\\")) {
            if (part.equals(".") || part.equals("..") || part.isEmpty() && !path.isEmpty()) {
                throw new DoppelException(CommonError.BAD_SETTING, "The path '" + text + "' is no path of a folder");
            }
        }
        return checked(PATH, path, "");
    }

    private static String checked(String name, String value, String more) throws DoppelException {
        if (value.chars().anyMatch(c -> c < ' ' || (":*?\"<>|" + more).indexOf(c) >= 0)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "The setting " + name + " has a character that shares cannot have: '" + value + "'");
        }
        return value;
    }
}
