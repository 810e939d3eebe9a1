package io.doppel.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small records of the module's own as objects: a line for each field. */
public final class Records {
    private Records() {}

    /** Puts a record under a name that is free; durable on return. */
    public static void put(Storage storage, String name, Map<String, String> fields) throws DoppelException {
        StringBuilder text = new StringBuilder();
        fields.forEach((key, value) -> text.append(key)
                .append('=')
                .append(value.replaceAll("[\\r\\n]", " "))
                .append('\n'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(bytes, 0, bytes.length);
            writer.commit();
        }
    }

    /** Reads a record. */
    public static Map<String, String> read(Storage storage, String name) throws DoppelException {
        long size = storage.stat(name)
                .map(ObjectInfo::size)
                .orElseThrow(() -> new DoppelException(StorageError.NOT_FOUND, "'" + name + "' is not there"));
        byte[] bytes = new byte[Math.toIntExact(size)];
        storage.read(name, 0, bytes, 0, bytes.length);
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return fields;
    }
}
