package io.doppel.xen.it;

import io.doppel.api.vault.VaultView;
import io.doppel.api.vault.VersionView;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What versions hold. */
final class Versions {
    private static final int STEP = 1 << 20;
    private static final int BLOCK = 64 << 10;

    private Versions() {}

    /** Asserts that the disks of a version are, byte by byte, those that were copied when it was snapshotted. */
    static void assertEquals(DoppelServer server, String version, TestPool.Oracle oracle) throws Exception {
        VersionView view = server.core.vaults().version(version);
        String vault = server.core.vaults().vaults().stream()
                .filter(v -> v.name().equals(view.vault()))
                .map(VaultView::id)
                .findFirst()
                .orElseThrow();
        if (view.disks() != oracle.files().size()) {
            throw new AssertionError(view.disks() + " disks instead of " + oracle.files());
        }
        for (Map.Entry<String, Path> disk : oracle.files().entrySet()) {
            try (DiskReader reader = server.core.openVaults().vault(vault).openDisk(version, disk.getKey())) {
                assertSame("version " + version + ", disk " + disk.getKey(), reader, disk.getValue());
            }
        }
    }

    /** The bytes of the blocks of 64 KiB in which the disks differ between two snapshots. */
    static long changed(TestPool.Oracle before, TestPool.Oracle after) throws IOException {
        long bytes = 0;
        for (Map.Entry<String, Path> disk : after.files().entrySet()) {
            try (FileChannel old = FileChannel.open(before.files().get(disk.getKey()));
                    FileChannel now = FileChannel.open(disk.getValue())) {
                byte[] one = new byte[BLOCK];
                byte[] other = new byte[BLOCK];
                for (long at = 0; at < now.size(); at += BLOCK) {
                    int length = (int) Math.min(BLOCK, now.size() - at);
                    fill(old, at, ByteBuffer.wrap(one, 0, length));
                    fill(now, at, ByteBuffer.wrap(other, 0, length));
                    bytes += Arrays.equals(one, 0, length, other, 0, length) ? 0 : length;
                }
            }
        }
        return bytes;
    }

    private static void assertSame(String what, DiskReader reader, Path image) throws Exception {
        try (FileChannel file = FileChannel.open(image)) {
            if (file.size() != reader.size()) {
                throw new AssertionError(what + ": " + reader.size() + " bytes instead of " + file.size());
            }
            byte[] stored = new byte[STEP];
            byte[] copied = new byte[STEP];
            for (long at = 0; at < file.size(); at += STEP) {
                int length = (int) Math.min(STEP, file.size() - at);
                reader.read(at, stored, 0, length);
                fill(file, at, ByteBuffer.wrap(copied, 0, length));
                int differs = Arrays.mismatch(stored, 0, length, copied, 0, length);
                if (differs >= 0) {
                    throw new AssertionError(what + ": differs from the disk at " + (at + differs));
                }
            }
        }
    }

    private static void fill(FileChannel file, long at, ByteBuffer into) throws IOException {
        int start = into.position();
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position() - start) < 0) {
                throw new IOException("the copy ended");
            }
        }
    }
}
