package io.doppel.storage.cifs.internal;

import io.doppel.tck.MemorySecrets;
import io.doppel.tck.StorageCrashWriter;
import java.util.HashMap;
import java.util.Map;

/** The process that the storage contract kills. */
final class CrashWriterMain {
    private CrashWriterMain() {}

    public static void main(String[] arguments) throws Exception {
        MemorySecrets secrets = new MemorySecrets();
        Map<String, String> values = new HashMap<>(Map.of(
                "server",
                "127.0.0.1",
                "port",
                arguments[0],
                "share",
                "store",
                "user",
                Nas.USER,
                "password",
                secrets.put("test", Nas.PASSWORD.toCharArray()).id()));
        for (String pair : arguments[1].split("\n")) {
            values.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        CifsStorageType type = new CifsStorageType();
        StorageCrashWriter.run(type.open(type.settings().parse(values), secrets), System.out);
    }
}
