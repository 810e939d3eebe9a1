package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image that restored machines are proved with starts, and notices damage. */
class BootableDiskTest {
    private static final long SIZE = (21L << 20) + 3 * 512;

    @TempDir
    private Path folder;

    @Test
    void saysWhetherItsSectorsAreRight() throws Exception {
        Path image = folder.resolve("disk");
        BootableDisk.make(image, SIZE, 8 << 20, folder);
        Command.run("e2fsck", "-fn", image.toString());
        assertEquals(BootableDisk.RIGHT, BootableDisk.boot(image));
        try (RandomAccessFile disk = new RandomAccessFile(image.toFile(), "rw")) {
            disk.seek(512 + 4);
            long probed = Integer.reverseBytes(disk.readInt());
            disk.seek(probed * 512 + 100);
            int value = disk.read();
            disk.seek(probed * 512 + 100);
            disk.write(value ^ 1);
        }
        assertEquals(BootableDisk.WRONG, BootableDisk.boot(image));
    }
}
