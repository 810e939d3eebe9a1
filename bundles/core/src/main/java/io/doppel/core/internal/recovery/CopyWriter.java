package io.doppel.core.internal.recovery;

import com.fasterxml.jackson.core.JsonGenerator;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.ExportBounds;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.internal.state.FileSecretStore;
import io.doppel.core.internal.vault.VaultFolders;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.ServerState;
import io.doppel.vault.Vault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Writes all that this server knows into a vault (docs/recovery.md). Safe for several threads. */
public final class CopyWriter {
    private final Catalog catalog;
    private final FileSecretStore secrets;
    private final Vaults vaults;
    private final ConfigurationFiles configuration;

    /** Made by the core. */
    public CopyWriter(Catalog catalog, FileSecretStore secrets, Vaults vaults, ConfigurationFiles configuration) {
        this.catalog = catalog;
        this.secrets = secrets;
        this.vaults = vaults;
        this.configuration = configuration;
    }

    /** Puts a copy into an open vault. */
    RecoveryCopies.Written write(Vault vault, Instant now) throws DoppelException {
        try (RecoveryCopies.Draft draft = vault.recoveryCopies().begin(now)) {
            Map<String, Long> counts = new LinkedHashMap<>();
            catalog.export(ExportBounds.RECOVERY, (table, text) -> {
                long rows = -1;
                for (byte b : text) {
                    rows += b == '\n' ? 1 : 0;
                }
                long more = rows;
                name(table).ifPresent(name -> counts.merge(name, more, Long::sum));
                draft.part(text);
            });
            Map<String, String> purposes = secrets.purposes();
            counts.put("secrets", (long) purposes.size());
            secretly(draft, out -> writeSecrets(out, purposes));
            secretly(draft, out -> writeKeyFiles(out, vault));
            secretly(draft, this::writeConfiguration);
            return draft.commit(new CopyAbout(CopyFormat.VERSION, catalog.schema(), counts).text());
        }
    }

    /** As people call the tables that they know. */
    private static Optional<String> name(String table) {
        return switch (table) {
            case "hosts", "vaults", "versions", "runs", "pins" -> Optional.of(table);
            case "definitions" -> Optional.of("jobs");
            default -> Optional.empty();
        };
    }

    private interface Content {
        void write(JsonGenerator out) throws IOException, DoppelException;
    }

    /** A part of lines; the arrays that it was in are cleared. */
    private static void secretly(RecoveryCopies.Draft draft, Content content) throws DoppelException {
        ClearedBytes bytes = new ClearedBytes();
        try {
            try (JsonGenerator out = CopyFormat.JSON.createGenerator(bytes)) {
                out.setRootValueSeparator(null);
                content.write(out);
            }
            byte[] text = bytes.toByteArray();
            try {
                draft.part(text);
            } finally {
                Arrays.fill(text, (byte) 0);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail", e);
        } finally {
            bytes.clear();
        }
    }

    private static void first(JsonGenerator out, String kind) throws IOException {
        out.writeStartObject();
        out.writeNumberField(kind, 1);
        end(out);
    }

    private static void end(JsonGenerator out) throws IOException {
        out.writeEndObject();
        out.writeRaw('\n');
    }

    private void writeSecrets(JsonGenerator out, Map<String, String> purposes) throws IOException, DoppelException {
        first(out, CopyFormat.SECRETS);
        for (Map.Entry<String, String> secret : purposes.entrySet()) {
            char[] value = secrets.get(new SecretRef(secret.getKey()));
            try {
                out.writeStartObject();
                out.writeStringField("id", secret.getKey());
                out.writeStringField("purpose", secret.getValue());
                out.writeFieldName("value");
                out.writeString(value, 0, value.length);
                end(out);
            } finally {
                Arrays.fill(value, '\0');
            }
        }
    }

    /** Those of other vaults, so that these open; of this one only who opened it already reads this. */
    private void writeKeyFiles(JsonGenerator out, Vault vault) throws IOException, DoppelException {
        first(out, CopyFormat.KEY_FILES);
        VaultFolders folders = vaults.folders();
        for (VaultRecord record : vaults.attachedForWriting()) {
            if (record.id().equals(vault.id())) {
                continue;
            }
            Optional<byte[]> key = ServerState.keyFile(folders.of(record.name()));
            if (key.isPresent()) {
                out.writeStartObject();
                out.writeStringField("vault", record.id());
                out.writeBinaryField("file", key.get());
                end(out);
                Arrays.fill(key.get(), (byte) 0);
            }
        }
    }

    private void writeConfiguration(JsonGenerator out) throws IOException, DoppelException {
        first(out, CopyFormat.CONFIGURATION);
        for (Map.Entry<String, String> file : configuration.edited().entrySet()) {
            out.writeStartObject();
            out.writeStringField("file", file.getKey());
            out.writeStringField("text", file.getValue());
            end(out);
        }
    }

    /** Bytes that can be cleared. */
    private static final class ClearedBytes extends ByteArrayOutputStream {
        void clear() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
