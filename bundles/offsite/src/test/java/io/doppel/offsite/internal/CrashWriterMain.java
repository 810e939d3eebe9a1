package io.doppel.offsite.internal;

import io.doppel.tck.MemorySecrets;
import io.doppel.tck.StorageCrashWriter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The client process that the storage contract kills; it reads port, code, and purpose and value of its key. */
final class CrashWriterMain {
    private CrashWriterMain() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        MemorySecrets secrets = new MemorySecrets();
        Map<String, String> settings = new HashMap<>();
        settings.put("host", "127.0.0.1");
        settings.put("port", in.readLine());
        settings.put("code", secrets.put("code", in.readLine().toCharArray()).id());
        secrets.put(in.readLine(), in.readLine().toCharArray());
        StorageCrashWriter.run(Site.open(settings, secrets), System.out);
    }
}
