package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.offsite.internal.store.Condemned;
import io.doppel.spi.storage.Storage;
import io.doppel.tck.ChildJvm;
import io.doppel.tck.MemorySecrets;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that is killed again and again while it works: what it said is so. */
class KilledModuleTest {
    private static final int KILLS = 4;

    @TempDir
    Path folder;

    private final MemorySecrets secrets = new MemorySecrets();
    private final Map<String, byte[]> there = new TreeMap<>();
    private final Map<String, byte[]> condemned = new TreeMap<>();
    /** What was under way when the module was killed may be there or not. */
    private final Set<String> unsure = new HashSet<>();

    private int port;
    private String code;

    private Process start(String... more) throws Exception {
        Path identity = folder.resolve("identity");
        if (!Files.exists(identity)) {
            Files.write(identity, TlsIdentity.make("module").encode());
        }
        String site = folder.resolve("site").toString();
        Process process = more.length == 0
                ? ChildJvm.start(ModuleMain.class, site, identity.toString(), Integer.toString(port))
                : ChildJvm.start(ModuleMain.class, site, identity.toString(), Integer.toString(port), more[0]);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        port = Integer.parseInt(out.readLine());
        if (more.length > 0) {
            code = out.readLine();
        }
        return process;
    }

    @Test
    void whatTheModuleSaidIsSoAfterItWasKilled() throws Exception {
        port = Site.freePort();
        Process process = start("client");
        String ref = secrets.put("code", code.toCharArray()).id();
        Random random = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            CountDownLatch enough = new CountDownLatch(10 + random.nextInt(40));
            Process victim = process;
            Thread killer = new Thread(() -> {
                try {
                    enough.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                victim.toHandle().destroyForcibly();
            });
            killer.start();
            try (Storage storage = open(ref)) {
                work(storage, kill, enough);
            }
            killer.join();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            process = start();
            try (Storage storage = open(ref)) {
                check(storage);
            }
        }
        process.destroyForcibly();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        checkCondemned();
    }

    private Storage open(String ref) throws Exception {
        return Site.open(Map.of("host", "127.0.0.1", "port", Integer.toString(port), "code", ref), secrets);
    }

    /** Works until the module is gone, with a storage that gives up at once then. */
    private void work(Storage storage, int round, CountDownLatch done) {
        Thread closer = new Thread(() -> {
            try {
                done.await();
                storage.close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        closer.start();
        String name = "";
        try {
            for (int i = 0; ; i++) {
                name = "o/" + round + "-" + i;
                byte[] bytes = new byte[Math.floorMod(name.hashCode(), 400_000)];
                new Random(i).nextBytes(bytes);
                Steps.put(storage, name, bytes);
                there.put(name, bytes);
                if (i % 3 == 1) {
                    name = "o/" + round + "-" + (i - 1);
                    storage.delete(name);
                    condemned.put(name, there.remove(name));
                }
                done.countDown();
            }
        } catch (DoppelException e) {
            unsure.add(name);
        }
    }

    private void check(Storage storage) throws Exception {
        Set<String> names = new TreeSet<>(Steps.names(storage));
        for (String name : unsure) {
            names.remove(name);
        }
        Set<String> expected = new TreeSet<>(there.keySet());
        expected.removeAll(unsure);
        assertEquals(expected, names);
        for (String name : expected) {
            assertArrayEquals(there.get(name), Steps.bytes(storage, name));
        }
    }

    /** Nothing that was condemned was lost, or lost its time. */
    private void checkCondemned() throws Exception {
        try (OffsiteModule module = OffsiteModule.open(
                folder.resolve("site"), Site.SETTINGS, System::nanoTime, System::currentTimeMillis)) {
            Set<String> names = new HashSet<>();
            for (Condemned one : module.store("client").condemned(Integer.MAX_VALUE)) {
                assertTrue(one.at() <= module.runningTime());
                names.add(one.name());
                module.store("client").bringBack(one.id());
            }
            assertTrue(names.containsAll(condemned.keySet()));
            for (Map.Entry<String, byte[]> one : condemned.entrySet()) {
                byte[] bytes = new byte[one.getValue().length];
                module.store("client").reader(one.getKey(), 0, bytes.length).read(0, bytes, 0, bytes.length);
                assertArrayEquals(one.getValue(), bytes);
            }
            assertEquals(
                    0, module.alerts().list().size(), module.alerts().list().toString());
        }
    }
}
