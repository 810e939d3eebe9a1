package io.doppel.core.internal.recovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.CatalogRebuild;
import io.doppel.core.RecoveryError;
import io.doppel.core.internal.state.FileSecretStore;
import io.doppel.core.internal.state.StagedState;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.VaultError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a staged state of a copy: all of it, or a failure. Used by one thread. */
final class CopyReader {
    private final RecoveryCopies copies;
    private final StagedState staged;
    private final Map<String, byte[]> keyFiles = new HashMap<>();
    private final List<String> configured = new ArrayList<>();

    CopyReader(RecoveryCopies copies, StagedState staged) {
        this.copies = copies;
        this.staged = staged;
    }

    static DoppelException bad(String why, Throwable cause) {
        return new DoppelException(RecoveryError.BAD_COPY, "The copy cannot be used: " + why, cause);
    }

    /** Key files by id of the vault; the caller clears them. */
    Map<String, byte[]> keyFiles() {
        return keyFiles;
    }

    /** Names of the configuration files in it. */
    List<String> configured() {
        return configured;
    }

    /**
     * Reads a copy.
     *
     * @throws DoppelException {@link RecoveryError#BAD_COPY}, {@link RecoveryError#NEWER_COPY}; the storage's failures
     */
    void read(RecoveryCopies.Found copy) throws DoppelException {
        CopyAbout about = CopyAbout.of(copy.about()).orElseThrow(() -> bad("it does not say what it is", null));
        if (about.version() > CopyFormat.VERSION) {
            throw new DoppelException(
                    RecoveryError.NEWER_COPY,
                    "The copy has form " + about.version() + ", this version of Doppel knows " + CopyFormat.VERSION);
        }
        FileSecretStore secrets = FileSecretStore.open(staged.secrets());
        try (CatalogRebuild catalog = CatalogRebuild.begin(staged.catalog(), about.schema())) {
            copies.read(copy.id(), text -> part(text, catalog, secrets));
            catalog.finish();
        } catch (DoppelException e) {
            if (e.is(CatalogError.NEWER_SCHEMA)) {
                throw new DoppelException(RecoveryError.NEWER_COPY, e.what(), e);
            }
            if (e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT) || e.is(CatalogError.BAD_EXPORT)) {
                throw bad(e.what(), e);
            }
            throw e;
        }
    }

    private void part(byte[] text, CatalogRebuild catalog, FileSecretStore secrets) throws DoppelException {
        int end = 0;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        JsonNode first = parse(new String(text, 0, end, StandardCharsets.UTF_8));
        if (first.has(CopyFormat.TABLE)) {
            catalog.part(text);
            return;
        }
        // a kind that is not known is of no use here, but a copy that has one is of a higher version
        String[] lines = new String(text, StandardCharsets.UTF_8).split("\n");
        for (int i = 1; i < lines.length; i++) {
            JsonNode line = parse(lines[i]);
            if (first.has(CopyFormat.SECRETS)) {
                secret(line, secrets);
            } else if (first.has(CopyFormat.KEY_FILES)) {
                keyFiles.put(field(line, "vault"), bytes(field(line, "file")));
            } else if (first.has(CopyFormat.CONFIGURATION)) {
                String name = field(line, "file");
                ConfigurationFiles.stage(staged.configuration(), name, field(line, "text"));
                configured.add(name);
            } else {
                throw bad("it has a part of no known kind", null);
            }
        }
    }

    private static void secret(JsonNode line, FileSecretStore secrets) throws DoppelException {
        char[] value = field(line, "value").toCharArray();
        try {
            secrets.putAs(field(line, "id"), field(line, "purpose"), value);
        } finally {
            Arrays.fill(value, '\0');
        }
    }

    private static byte[] bytes(String base64) throws DoppelException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw bad("a key file is not what was written", null);
        }
    }

    private static String field(JsonNode line, String name) throws DoppelException {
        if (!line.path(name).isTextual()) {
            throw bad("a line lacks '" + name + "'", null);
        }
        return line.get(name).textValue();
    }

    /** No cause: the parser's message shows the text, which may be a secret. */
    private static JsonNode parse(String line) throws DoppelException {
        try {
            JsonNode json = CopyFormat.JSON.readTree(line);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            throw bad("a line is not JSON", null);
        }
        throw bad("a line is no object", null);
    }
}
