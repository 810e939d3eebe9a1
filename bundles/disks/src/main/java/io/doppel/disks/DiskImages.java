package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.ImageOpener;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens disk images. The format is found by content: qcow2, dynamic and differencing VHD, and VHDX by their first bytes.
 * Because a guest writes what it likes into a raw disk, {@code .raw} is always raw, and a fixed VHD (known only by its last
 * sector) must be named {@code .vhd} or {@code .avhd}. Whatever else has the ending {@code .img} is raw. A file named as one
 * format and holding another is refused.
 *
 * <p>Parents of differencing images are followed inside the image's own folder only.
 */
public final class DiskImages {
    private static final List<String> ENDINGS = List.of(".img", ".raw", ".qcow2", ".vhd", ".vhdx", ".avhd", ".avhdx");

    private DiskImages() {}

    /** The ending of a name that says disk image, as written, with its dot; empty for other names. */
    public static Optional<String> ending(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        return ENDINGS.stream()
                .filter(e -> lower.endsWith(e) && lower.length() > e.length())
                .findFirst()
                .map(e -> fileName.substring(fileName.length() - e.length()));
    }

    /**
     * Opens an image and its parents. May take up to 20 ms longer for an image written just before, so that no later write
     * can hide behind the same time stamp.
     *
     * @throws DoppelException a {@link DiskError}; nothing stays open then
     */
    public static DiskImage open(Path image) throws DoppelException {
        return openAll(List.of(image)).get(0);
    }

    /**
     * Opens several images as of one instant: there was a moment during the call at which all of them were as they will be
     * read.
     *
     * @return the images in the order asked for; the caller closes each
     * @throws DoppelException a {@link DiskError}; nothing stays open then
     */
    public static List<DiskImage> openAll(List<Path> images) throws DoppelException {
        return ImageOpener.openAll(images);
    }

    /**
     * Opens an image that must be as it was when its identity was taken.
     *
     * @throws DoppelException {@link DiskError#CHANGED} if it is not, or another {@link DiskError}; nothing stays open then
     */
    public static DiskImage open(Path image, ImageIdentity expected) throws DoppelException {
        return ImageOpener.openExpected(image, expected);
    }

    /**
     * Opens an image just to look at its size, format and parents; it is not guarded against a write in the same instant.
     *
     * @throws DoppelException a {@link DiskError}; nothing stays open then
     */
    public static DiskImage inspect(Path image) throws DoppelException {
        return ImageOpener.open(image);
    }

    /**
     * Closes images, all of them even if some fail.
     *
     * @throws DoppelException what failed first; the others are suppressed in it
     */
    public static void closeAll(List<DiskImage> images) throws DoppelException {
        DoppelException first = null;
        for (DiskImage image : images) {
            try {
                image.close();
            } catch (DoppelException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
