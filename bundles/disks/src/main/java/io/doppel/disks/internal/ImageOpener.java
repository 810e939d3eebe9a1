package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.DiskImage;
import io.doppel.disks.DiskImages;
import io.doppel.disks.ImageIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds out what a file is and opens it with its parents. */
public final class ImageOpener {
    private ImageOpener() {}

    /** Opens images as of one instant. */
    public static List<DiskImage> openAll(List<Path> images) throws DoppelException {
        List<OpenImage> opened = new ArrayList<>();
        try {
            for (Path image : images) {
                opened.add(open(image));
            }
            // After the last was opened and before the first is checked lies the instant at which all are as opened.
            for (OpenImage image : opened) {
                image.settle();
            }
            return List.copyOf(opened);
        } catch (DoppelException | RuntimeException e) {
            opened.forEach(image -> closeAfter(e, image));
            throw e;
        }
    }

    /** Opens an image that must be the one expected. */
    public static DiskImage openExpected(Path image, ImageIdentity expected) throws DoppelException {
        OpenImage opened = open(image);
        if (!opened.identity().equals(expected)) {
            DoppelException changed =
                    new DoppelException(DiskError.CHANGED, image + " was changed after the snapshot was taken");
            closeAfter(changed, opened);
            throw changed;
        }
        return opened;
    }

    /** Opens without waiting. */
    public static OpenImage open(Path image) throws DoppelException {
        ImageChain chain = new ImageChain();
        try {
            return new OpenImage(chain, content(chain, image.toRealPath(), Optional.empty()));
        } catch (DoppelException | RuntimeException e) {
            closeAfter(e, new OpenImage(chain, null));
            throw e;
        } catch (IOException e) {
            throw Failures.of(e, image.toString());
        }
    }

    /**
     * @param file real path
     * @param format what a child says that its parent is; empty to find out
     */
    static DiskContent content(ImageChain chain, Path file, Optional<Format> format) throws DoppelException {
        SourceFile source = chain.add(file);
        Format actual = format.isPresent() ? format.get() : detect(source);
        return switch (actual) {
            case RAW -> new FlatContent(source, "raw", source.size());
            case QCOW2 -> Qcow2Content.open(chain, source);
            case VHD -> VhdContent.open(chain, source, Optional.empty());
            case VHDX -> VhdxContent.open(chain, source, Optional.empty());
        };
    }

    /** What a file is, by its first bytes and its name. */
    private static Format detect(SourceFile source) throws DoppelException {
        String ending = DiskImages.ending(source.path().getFileName().toString())
                .orElse("")
                .toLowerCase(Locale.ROOT);
        if (ending.equals(".raw")) {
            return Format.RAW;
        }
        Optional<Format> promised = Format.byEnding(ending);
        Optional<Format> found = promised.equals(Optional.of(Format.VHD)) && VhdFooter.isFixed(source)
                ? promised
                : Format.byContent(source);
        if (found.isPresent() && (promised.isEmpty() || promised.equals(found))) {
            return found.get();
        }
        if (found.isEmpty() && ending.equals(".img")) {
            return Format.RAW;
        }
        throw new DoppelException(
                DiskError.NOT_AN_IMAGE,
                source.path() + " is "
                        + found.map(f -> "a " + f.word() + " image").orElse("of no format that is known")
                        + promised.map(f -> ", not " + f.word() + " as its name says")
                                .orElse(""));
    }

    private static void closeAfter(Exception failure, OpenImage image) {
        try {
            image.close();
        } catch (DoppelException e) {
            failure.addSuppressed(e);
        }
    }
}
