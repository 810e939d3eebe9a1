package io.doppel.core.internal.state;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.core.SecretError;
import io.doppel.vault.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Secrets in one file, each encrypted under a random key file beside it. Values are decrypted only when asked for. A file
 * that cannot be read right is never written over.
 */
public final class FileSecretStore implements SecretStore {
    private final Path file;
    private final SecretKeyFile key;
    private final Map<String, SecretFile.Entry> entries;
    private final Map<String, char[]> temporary = new HashMap<>();

    private FileSecretStore(Path file, SecretKeyFile key, Map<String, SecretFile.Entry> entries) {
        this.file = file;
        this.key = key;
        this.entries = entries;
    }

    /** Opens the store in a folder, making folder and key if there is nothing yet. */
    public static FileSecretStore open(Path folder) throws DoppelException {
        Path file = folder.resolve("secrets");
        try {
            DurableFiles.createFolders(folder);
            DurableFiles.sweep(folder);
            boolean stored = Files.exists(file);
            SecretKeyFile key = SecretKeyFile.open(folder.resolve("secrets.key"), !stored);
            Map<String, SecretFile.Entry> entries =
                    stored ? SecretFile.parse(Files.readAllBytes(file), key) : new LinkedHashMap<>();
            return new FileSecretStore(file, key, entries);
        } catch (IOException e) {
            throw new DoppelException(SecretError.IO, "'" + folder + "' cannot be used", e);
        }
    }

    @Override
    public synchronized SecretRef put(String purpose, char[] value) throws DoppelException {
        String id = UUID.randomUUID().toString();
        ByteBuffer plain = ByteBuffer.allocate(2 * value.length);
        plain.asCharBuffer().put(value);
        Map<String, SecretFile.Entry> changed = new LinkedHashMap<>(entries);
        try {
            changed.put(id, new SecretFile.Entry(purpose, key.encrypt(plain.array(), SecretFile.label(id, purpose))));
        } finally {
            Arrays.fill(plain.array(), (byte) 0);
        }
        replace(changed);
        return new SecretRef(id);
    }

    @Override
    public synchronized SecretRef putTemporary(String purpose, char[] value) {
        String id = UUID.randomUUID().toString();
        temporary.put(id, value.clone());
        return new SecretRef(id);
    }

    @Override
    public synchronized char[] get(SecretRef ref) throws DoppelException {
        char[] kept = temporary.get(ref.id());
        if (kept != null) {
            return kept.clone();
        }
        SecretFile.Entry entry = entries.get(ref.id());
        if (entry == null) {
            throw new DoppelException(SecretError.NO_SECRET, "There is no secret '" + ref.id() + "'");
        }
        byte[] plain = key.decrypt(entry.sealed(), SecretFile.label(ref.id(), entry.purpose()))
                .orElseThrow(() -> new DoppelException(
                        SecretError.STORE_DAMAGED, "The secret for '" + entry.purpose() + "' is damaged"));
        try {
            char[] value = new char[plain.length / 2];
            ByteBuffer.wrap(plain).asCharBuffer().get(value);
            return value;
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    @Override
    public synchronized Optional<SecretRef> find(String purpose) {
        return entries.entrySet().stream()
                .filter(e -> e.getValue().purpose().equals(purpose))
                .map(e -> new SecretRef(e.getKey()))
                .findFirst();
    }

    @Override
    public synchronized void delete(SecretRef ref) throws DoppelException {
        char[] kept = temporary.remove(ref.id());
        if (kept != null) {
            Arrays.fill(kept, '\0');
            return;
        }
        if (entries.containsKey(ref.id())) {
            Map<String, SecretFile.Entry> changed = new LinkedHashMap<>(entries);
            changed.remove(ref.id());
            replace(changed);
        }
    }

    private void replace(Map<String, SecretFile.Entry> changed) throws DoppelException {
        try {
            DurableFiles.replace(file, SecretFile.format(changed, key));
        } catch (IOException e) {
            throw new DoppelException(SecretError.IO, "'" + file + "' cannot be written", e);
        }
        entries.clear();
        entries.putAll(changed);
    }
}
