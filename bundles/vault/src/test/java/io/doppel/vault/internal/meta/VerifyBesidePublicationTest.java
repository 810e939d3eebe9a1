package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.VaultAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault in which versions are published, and heads pruned, while it is verified. */
class VerifyBesidePublicationTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private Path folder;

    @BeforeEach
    void asManyHeadsAsAreKept() throws Exception {
        folder = temp.resolve("a");
        try (VaultMeta meta = Fixture.create(storage, folder)) {
            for (int i = 0; i < Heads.KEPT; i++) {
                Fixture.publish(meta);
            }
        }
    }

    private VaultMeta reader(MapStorage view) throws Exception {
        Path other = Files.createTempDirectory(temp, "reader");
        Files.copy(folder.resolve("machine.key"), other.resolve("machine.key"));
        return Fixture.open(view, other, Fixture.BETA, VaultAccess.READ_ONLY, "");
    }

    private int operations() throws Exception {
        MapStorage view = storage.view();
        try (VaultMeta reader = reader(view)) {
            AtomicInteger operations = new AtomicInteger();
            view.hook = (operation, name) -> operations.incrementAndGet();
            assertEquals(List.of(), reader.verifyMeta(Fixture.NEVER));
            return operations.get();
        }
    }

    /** Publishes before every operation of a verification in turn. */
    private void publishAnywhere(int versions) throws Exception {
        int operations = operations();
        assertTrue(operations > 50, operations + " operations");
        try (VaultMeta writer = Fixture.attach(storage, folder)) {
            for (int at = 1; at <= operations; at++) {
                int place = at;
                MapStorage view = storage.view();
                try (VaultMeta reader = reader(view)) {
                    AtomicInteger left = new AtomicInteger(at);
                    view.hook = (operation, name) -> {
                        if (left.decrementAndGet() == 0) {
                            for (int i = 0; i < versions; i++) {
                                Fixture.publish(writer);
                            }
                        }
                    };
                    assertEquals(List.of(), reader.verifyMeta(Fixture.NEVER), () -> "before operation " + place);
                }
            }
        }
    }

    @Test
    void oneVersionMoreIsNoDamage() throws Exception {
        publishAnywhere(1);
    }

    @Test
    void allHeadsReplacedIsNoDamage() throws Exception {
        publishAnywhere(Heads.KEPT + 1);
    }

    @Test
    void aMissingHeadIsNoticedAllTheSame() throws Exception {
        try (VaultMeta reader = reader(storage)) {
            for (long generation = 1; generation <= Heads.KEPT; generation++) {
                byte[] head = storage.objects.remove(Heads.name(generation));
                List<ObjectProblem> problems = reader.verifyMeta(Fixture.NEVER);
                assertTrue(!problems.isEmpty(), "without " + Heads.name(generation));
                assertEquals(problems.size(), problems.stream().distinct().count(), problems::toString);
                storage.objects.put(Heads.name(generation), head);
            }
        }
    }
}
