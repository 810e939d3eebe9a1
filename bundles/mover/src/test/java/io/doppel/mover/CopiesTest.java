package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of several copies, those that can be trusted and read are used, and the others are left alone. */
class CopiesTest {
    private static final byte[] CONTENT = Bytes.made(1, 3_000_001);

    @TempDir
    Path state;

    private final MemoryStorage stored = new MemoryStorage();
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private String version;

    /** The storage, of which some objects cannot be read now. */
    private Storage storage() {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("read") && unreadable.contains((String) arguments[0])) {
                        refused.incrementAndGet();
                        throw new DoppelException(StorageError.IO, "made up: " + arguments[0]);
                    }
                    try {
                        return method.invoke(stored, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @BeforeEach
    void store() throws Exception {
        try (Vault vault = Rig.create(stored, state)) {
            version = Rig.backup(vault, new Bytes(CONTENT)).id();
        }
    }

    private List<String> packs(String prefix) {
        return stored.content().names().stream()
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    @Test
    void aCopyThatIsDistrustedIsNotTouchedAsLongAsAnotherProvesRight() throws Exception {
        String pack = packs("data/").get(0);
        byte[] damaged = stored.content().bytes(pack).orElseThrow().clone();
        for (int at = 100; at < damaged.length - 200; at += 500) {
            damaged[at] ^= 1;
        }
        stored.content().overwrite(pack, damaged);
        try (Vault vault = Rig.open(storage(), state)) {
            assertFalse(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
            Rig.backup(vault, new Bytes(CONTENT));
            assertEquals(2, packs("data/").size(), "stored anew");
            unreadable.add(pack);
            assertArrayEquals(CONTENT, Rig.restore(vault, version));
            assertEquals(0, refused.get(), "attempts to read the damaged pack");
        }
    }

    @Test
    void aCopyThatCannotBeReadNowIsReplacedByTheOther() throws Exception {
        List<String> trees = packs("tree/");
        assertEquals(2, trees.size());
        for (String pack : trees) {
            unreadable.clear();
            try (Vault vault = Rig.open(storage(), state)) {
                unreadable.add(pack);
                assertArrayEquals(CONTENT, Rig.restore(vault, version));
            }
        }
        assertTrue(refused.get() > 0);
        unreadable.clear();
        try (Vault vault = Rig.open(storage(), state)) {
            unreadable.addAll(trees);
            DoppelException e = assertThrows(DoppelException.class, () -> Rig.restore(vault, version));
            assertTrue(e.is(StorageError.IO), e.getMessage());
            unreadable.clear();
            assertArrayEquals(CONTENT, Rig.restore(vault, version), "nothing is distrusted because of it");
        }
    }
}
