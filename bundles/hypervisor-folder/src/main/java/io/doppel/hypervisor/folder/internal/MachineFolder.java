package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.disks.DiskImage;
import io.doppel.disks.DiskImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A folder that is a machine, as it is now. The key of a disk is its image's file name without the ending: it stays the
 * same when the image changes its format, which a restore does (restored images are raw).
 *
 * @param id path below the host's folder with slashes, or "." for that folder itself
 * @param folder where it is
 * @param images the disks
 * @param visibleFiles all files directly in it that are not hidden
 * @param problems what keeps it from being protected
 */
record MachineFolder(
        String id, Path folder, List<Image> images, List<Path> visibleFiles, List<DoppelException> problems) {
    /**
     * An image that is a disk.
     *
     * @param key disk key
     * @param file the image
     * @param size bytes of the disk
     * @param format its format
     * @param chain real paths of the image and its parents
     */
    record Image(String key, Path file, long size, String format, List<Path> chain) {
        MachineDisk disk() {
            return new MachineDisk(key, file.getFileName().toString(), size, format);
        }
    }

    /** Looks into a folder; empty if no image lies directly in it. */
    static Optional<MachineFolder> read(Path root, Path folder) throws IOException {
        List<Path> files = FolderFiles.list(folder).stream()
                .filter(f -> !isHidden(f) && !Files.isDirectory(f))
                .toList();
        List<Path> candidates = files.stream().filter(MachineFolder::isImage).toList();
        List<DoppelException> problems = new ArrayList<>();
        unfinishedRestore(folder).ifPresent(problems::add);
        if (candidates.isEmpty() && problems.isEmpty()) {
            return Optional.empty();
        }
        List<Image> opened = new ArrayList<>();
        for (Path file : candidates) {
            try {
                opened.add(open(root, file));
            } catch (DoppelException e) {
                problems.add(e);
            }
        }
        Set<Path> parents = new HashSet<>();
        opened.forEach(i -> parents.addAll(i.chain().subList(1, i.chain().size())));
        List<Image> disks =
                opened.stream().filter(i -> !parents.contains(i.chain().get(0))).toList();
        problems.addAll(clashes(disks));
        return Optional.of(new MachineFolder(id(root, folder), folder, disks, files, List.copyOf(problems)));
    }

    static String id(Path root, Path folder) {
        return root.equals(folder) ? "." : root.relativize(folder).toString();
    }

    /** Names that are not machines or disks: hidden ones, and what a file system keeps for its own repair. */
    static boolean isHidden(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(".") || name.equals("lost+found");
    }

    static boolean isImage(Path file) {
        return DiskImages.ending(file.getFileName().toString()).isPresent();
    }

    static String key(Path image) {
        String name = image.getFileName().toString();
        return name.substring(
                0, name.length() - DiskImages.ending(name).map(String::length).orElse(0));
    }

    private static Image open(Path root, Path file) throws DoppelException {
        checkName(file);
        try {
            if (Files.isSymbolicLink(file) && !file.toRealPath().startsWith(root)) {
                throw new DoppelException(FolderError.LEAVES_TREE, file + " leads to " + file.toRealPath());
            }
        } catch (IOException e) {
            throw new DoppelException(FolderError.UNREADABLE, file + " leads nowhere", e);
        }
        try (DiskImage image = DiskImages.inspect(file)) {
            return new Image(key(file), file, image.size(), image.format(), image.files());
        }
    }

    /** Under a locale that lacks a name's characters Java could not open the file again by its text. */
    static void checkName(Path file) throws DoppelException {
        if (!Path.of(file.toString()).equals(file)) {
            throw new DoppelException(
                    FolderError.BAD_NAME, "The name " + file + " has bytes that the server's locale does not know");
        }
    }

    private static List<DoppelException> clashes(List<Image> images) {
        List<DoppelException> found = new ArrayList<>();
        Map<String, Path> byName = new HashMap<>();
        Map<Object, Path> byFile = new HashMap<>();
        for (Image image : images) {
            Path other = byName.putIfAbsent(comparable(image.key()), image.file());
            if (other != null) {
                found.add(new DoppelException(FolderError.TWO_IMAGES_ONE_NAME, other + " and " + image.file()));
            }
            Path same = byFile.putIfAbsent(fileKey(image), image.file());
            if (same != null) {
                found.add(new DoppelException(FolderError.SAME_FILE_TWICE, same + " and " + image.file()));
            }
        }
        return found;
    }

    private static Object fileKey(Image image) {
        try {
            Object key = Files.readAttributes(image.chain().get(0), BasicFileAttributes.class)
                    .fileKey();
            return key == null ? image.chain().get(0) : key;
        } catch (IOException e) {
            return image.chain().get(0);
        }
    }

    /** Names that other file systems and people take for one. */
    private static String comparable(String key) {
        return Normalizer.normalize(key, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    private static Optional<DoppelException> unfinishedRestore(Path folder) throws IOException {
        for (Path entry : FolderFiles.list(folder)) {
            if (FolderFiles.isFolder(entry) && OwnFolder.of(entry).isPresent() && SwapJournal.isIn(entry)) {
                return Optional.of(new DoppelException(FolderError.RESTORE_UNFINISHED, "See " + entry));
            }
        }
        return Optional.empty();
    }

    /** Files that are no images. */
    List<Path> others() {
        return visibleFiles.stream().filter(f -> !isImage(f)).toList();
    }

    Optional<Image> image(String key) {
        return images.stream().filter(i -> i.key().equals(key)).findFirst();
    }

    Machine machine() {
        String name = folder.getFileName() == null ? "/" : folder.getFileName().toString();
        return new Machine(
                id,
                name,
                Machine.PowerState.UNKNOWN,
                Set.of(),
                images.stream().map(Image::disk).toList(),
                problems.stream().map(DoppelException::getMessage).toList());
    }
}
