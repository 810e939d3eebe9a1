package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.settings.Settings;
import io.doppel.api.space.SpaceView;
import io.doppel.api.vault.VaultRequest;
import io.doppel.core.internal.recovery.ConfigurationFiles;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.spi.storage.StorageType;
import io.doppel.storage.local.LocalStorage;
import io.doppel.storage.local.internal.LocalStorageType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Places that run full between jobs are told of. */
@Timeout(180)
class SpaceWatchTest {
    private static final long GIB = 1L << 30;
    private static final StorageSpace PLENTY = new StorageSpace(100 * GIB, 50 * GIB);
    private static final StorageSpace LITTLE = new StorageSpace(100 * GIB, 4 * GIB);
    private static final StorageSpace TOO_LITTLE = new StorageSpace(100 * GIB, GIB);
    private static final DoppelCore.Site CALM = new DoppelCore.Site(
            Clock.systemUTC(), Duration.ofMinutes(1), new ConfigurationFiles(Optional.empty()), () -> {});

    @TempDir
    Path folder;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final PrintStream usual = System.err;
    private final AtomicInteger openings = new AtomicInteger();
    private final Map<String, Target> targets = new ConcurrentHashMap<>();
    private Server server;

    /** A storage target that tells what a test says. */
    private static final class Target {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile StorageSpace space = PLENTY;
        private volatile CountDownLatch hangsUntil = new CountDownLatch(0);

        private Optional<StorageSpace> tell() throws InterruptedException {
            asked.incrementAndGet();
            hangsUntil.await();
            return Optional.of(space);
        }
    }

    @BeforeEach
    void start() throws Exception {
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        server = server();
    }

    @AfterEach
    void stop() {
        targets.values().forEach(target -> target.hangsUntil.countDown());
        server.close();
        System.setErr(usual);
    }

    private Server server() throws Exception {
        StorageType type = Interposed.over(StorageType.class, new LocalStorageType(), (method, arguments) -> {
            if (!method.equals("open")) {
                return null;
            }
            openings.incrementAndGet();
            Path path = ((Settings) arguments[0]).path("path");
            Target target = targets.get(path.getFileName().toString());
            return Interposed.over(
                    Storage.class,
                    LocalStorage.open(path),
                    (operation, given) -> operation.equals("space") ? target.tell() : null);
        });
        return new Server(folder.resolve("state"), new FolderHypervisor(), type, CALM);
    }

    private Target addVault(String name) throws Exception {
        Target target = new Target();
        targets.put(name, target);
        server.core
                .vaults()
                .addVault(new VaultRequest(
                        name,
                        "local",
                        Map.of("path", folder.resolve(name).toString()),
                        VaultRequest.Access.CREATE,
                        "zstd",
                        new char[0]));
        return target;
    }

    /** How often the log tells that of a vault. */
    private int told(String words, String vault) {
        return (int) log.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(words) && line.contains("Vault '" + vault + "'"))
                .count();
    }

    private void awaitTold(String words, String vault) throws Exception {
        Eventually.holds(() -> {
            server.core.spaceWatch().look();
            return told(words, vault) > 0;
        });
    }

    private SpaceView view(String place) throws Exception {
        return server.core.space().status().stream()
                .filter(v -> v.place().equals(place))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatRunsFullAndIsWellAgainIsToldOnceEach() throws Exception {
        Target target = addVault("v");
        target.space = LITTLE;
        awaitTold("DPL-SPC-0004: ", "v");
        SpaceView low = view("vault/v");
        assertEquals(SpaceView.State.WARNING, low.state());
        assertTrue(low.message().startsWith("DPL-SPC-0004"), low.message());
        int before = target.asked.get();
        Eventually.holds(() -> {
            server.core.spaceWatch().look();
            return target.asked.get() > before + 3;
        });
        assertEquals(low.since().orElseThrow(), view("vault/v").since().orElseThrow());
        target.space = TOO_LITTLE;
        awaitTold("DPL-SPC-0001: ", "v");
        assertEquals(SpaceView.State.REFUSING, view("vault/v").state());
        target.space = PLENTY;
        awaitTold("DPL-SPC-0001 is over", "v");
        assertEquals(Optional.empty(), view("vault/v").since());
        assertEquals(
                List.of(1, 1, 1),
                List.of(told("DPL-SPC-0004: ", "v"), told("DPL-SPC-0001: ", "v"), told("is over", "v")));
    }

    @Test
    void aTargetThatHangsIsAskedOnceAndKeepsNobodyWaiting() throws Exception {
        Target hangs = addVault("hangs");
        Target other = addVault("other");
        hangs.hangsUntil = new CountDownLatch(1);
        hangs.space = LITTLE;
        other.space = LITTLE;
        int before = hangs.asked.get();
        awaitTold("DPL-SPC-0004: ", "other");
        other.space = PLENTY;
        awaitTold("DPL-SPC-0004 is over", "other");
        assertEquals(before + 1, hangs.asked.get());
        hangs.hangsUntil.countDown();
        awaitTold("DPL-SPC-0004: ", "hangs");
    }

    @Test
    void aVaultThatIsNotOpenStaysSo() throws Exception {
        addVault("v");
        server.close();
        server = server();
        openings.set(0);
        targets.get("v").space = TOO_LITTLE;
        server.core.spaceWatch().look();
        server.core.spaceWatch().look();
        assertEquals(
                ConnectionState.UNKNOWN, server.core.vaults().vaults().get(0).state());
        assertEquals(0, openings.get());
    }

    @Test
    void itLooksByItself() throws Exception {
        Target target = addVault("v");
        target.space = TOO_LITTLE;
        server.core.spaceWatch().every(Duration.ofMillis(20));
        Eventually.holds(() -> told("DPL-SPC-0001: ", "v") > 0);
    }
}
