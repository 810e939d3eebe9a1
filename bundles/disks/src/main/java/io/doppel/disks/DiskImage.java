package io.doppel.disks;

import io.doppel.spi.disk.DiskReader;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An image opened for reading. As every {@link DiskReader} it serves several threads at once; a thread's interruption
 * does not disturb it. Memory is bounded whatever the image's size: at most 16 MiB for each file of the chain.
 */
@ProviderType
public interface DiskImage extends DiskReader {
    /** Format of the image itself: {@code raw}, {@code qcow2}, {@code vhd} or {@code vhdx}. */
    String format();

    /** The image and its parents, nearest first, as real paths. */
    List<Path> files();

    /** State of these files when they were opened; {@link #verifyUnchanged()} compares with it. */
    ImageIdentity identity();
}
