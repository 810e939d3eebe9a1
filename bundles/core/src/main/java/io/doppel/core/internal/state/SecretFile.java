package io.doppel.core.internal.state;

import io.doppel.api.error.DoppelException;
import io.doppel.core.SecretError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bytes of the secret store: a magic line, the key's fingerprint, a count, for each secret its id, purpose and sealed
 * value, and at the end a seal over all of it, so that no secret can be left out or added unnoticed.
 */
final class SecretFile {
    private static final byte[] MAGIC = "doppel secrets 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = new byte[0];
    private static final int MOST_SEALED = 16 << 20;

    /**
     * A secret.
     *
     * @param purpose what it is for
     * @param sealed its encrypted value
     */
    record Entry(String purpose, byte[] sealed) {}

    private SecretFile() {}

    /** What a sealed value is bound to. */
    static byte[] label(String id, String purpose) {
        return (id + "\n" + purpose).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] format(Map<String, Entry> entries, SecretKeyFile key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(MAGIC);
        out.write(key.fingerprint());
        out.writeInt(entries.size());
        for (Map.Entry<String, Entry> e : entries.entrySet()) {
            out.writeUTF(e.getKey());
            out.writeUTF(e.getValue().purpose());
            out.writeInt(e.getValue().sealed().length);
            out.write(e.getValue().sealed());
        }
        byte[] body = bytes.toByteArray();
        out.write(key.encrypt(NOTHING, body));
        return bytes.toByteArray();
    }

    static Map<String, Entry> parse(byte[] file, SecretKeyFile key) throws DoppelException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(file);
        DataInputStream in = new DataInputStream(bytes);
        Map<String, Entry> entries = new LinkedHashMap<>();
        try {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw damaged();
            }
            byte[] fingerprint = new byte[SecretKeyFile.FINGERPRINT];
            in.readFully(fingerprint);
            if (!Arrays.equals(fingerprint, key.fingerprint())) {
                throw new DoppelException(SecretError.WRONG_KEY, "The secrets were encrypted under another key");
            }
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String id = in.readUTF();
                String purpose = in.readUTF();
                int length = in.readInt();
                if (length < 0 || length > MOST_SEALED) {
                    throw damaged();
                }
                entries.put(id, new Entry(purpose, in.readNBytes(length)));
            }
        } catch (IOException e) {
            throw damaged();
        }
        int body = file.length - bytes.available();
        byte[] seal = Arrays.copyOfRange(file, body, file.length);
        if (key.decrypt(seal, Arrays.copyOf(file, body)).isEmpty()) {
            throw damaged();
        }
        return entries;
    }

    private static DoppelException damaged() {
        return new DoppelException(SecretError.STORE_DAMAGED, "The secret store is not what was written");
    }
}
