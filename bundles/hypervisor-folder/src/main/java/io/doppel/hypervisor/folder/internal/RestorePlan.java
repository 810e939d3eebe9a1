package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.hypervisor.RestoreRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a restore will do, decided before anything is written.
 *
 * @param request what was asked for
 * @param machineFolder the machine's folder, new or existing
 * @param original the machine restored over
 * @param images names of the new image files by disk key
 * @param others the other files to write, by name
 * @param replaced names of files of the original that are kept aside
 */
record RestorePlan(
        RestoreRequest request,
        Path machineFolder,
        Optional<MachineFolder> original,
        Map<String, String> images,
        Map<String, byte[]> others,
        List<String> replaced) {

    static RestorePlan make(MachineTree tree, RestoreRequest request) throws DoppelException {
        Map<String, String> images = images(request);
        boolean whole = images.keySet().containsAll(MachineFiles.diskKeys(request.machineConfig()));
        Map<String, byte[]> others = whole ? MachineFiles.others(request.machineConfig()) : Map.of();
        if (request.overOriginal().isPresent()) {
            MachineFolder original = tree.find(request.overOriginal().get());
            checkNoneUnfinished(original);
            RestorePlan plan = new RestorePlan(
                    request,
                    original.folder(),
                    Optional.of(original),
                    images,
                    others,
                    replaced(original, images, others));
            Swap.checkNothingInTheWay(plan.machineFolder(), plan.placed(), plan.replaced());
            return plan;
        }
        FileNames.check(request.name());
        Path folder = tree.root().resolve(request.name());
        if (FolderFiles.exists(folder)) {
            throw new DoppelException(FolderError.MACHINE_EXISTS, folder + " exists");
        }
        return new RestorePlan(request, folder, Optional.empty(), images, others, List.of());
    }

    private static Map<String, String> images(RestoreRequest request) throws DoppelException {
        Map<String, String> names = new LinkedHashMap<>();
        Set<String> taken = new HashSet<>();
        for (MachineDisk disk : request.disks()) {
            String name = FileNames.restoredImage(disk, request.machineConfig());
            if (!taken.add(name)) {
                throw new DoppelException(
                        FolderError.TWO_IMAGES_ONE_NAME, "Two disks would be restored to the file " + name);
            }
            names.put(disk.key(), name);
        }
        return names;
    }

    private static void checkNoneUnfinished(MachineFolder original) throws DoppelException {
        for (DoppelException problem : original.problems()) {
            if (problem.is(FolderError.RESTORE_UNFINISHED)) {
                throw problem;
            }
        }
    }

    /**
     * Every file in the way of a new one or taking its disk's key: images of the same keys with those parents that no other
     * disk needs, and other files of the same names. A damaged image is replaced too.
     */
    private static List<String> replaced(
            MachineFolder original, Map<String, String> images, Map<String, byte[]> others) {
        Set<String> gone = new TreeSet<>();
        Set<Path> stillNeeded = new HashSet<>();
        for (MachineFolder.Image image : original.images()) {
            if (!images.containsKey(image.key())) {
                stillNeeded.addAll(image.chain());
            }
        }
        for (MachineFolder.Image image : original.images()) {
            if (images.containsKey(image.key())) {
                gone.add(image.file().getFileName().toString());
                image.chain().stream()
                        .filter(f ->
                                !stillNeeded.contains(f) && original.folder().equals(f.getParent()))
                        .forEach(f -> gone.add(f.getFileName().toString()));
            }
        }
        for (Path file : original.visibleFiles()) {
            String name = file.getFileName().toString();
            boolean sameKey = MachineFolder.isImage(file) && images.containsKey(MachineFolder.key(file));
            if (sameKey || images.containsValue(name) || others.containsKey(name)) {
                gone.add(name);
            }
        }
        return List.copyOf(gone);
    }

    /** Names of all files to write. */
    List<String> placed() {
        List<String> names = new ArrayList<>(images.values());
        names.addAll(others.keySet());
        return List.copyOf(names);
    }

    /** The plan in sentences. */
    List<String> sentences() {
        List<String> text = new ArrayList<>();
        text.add(
                original.isPresent()
                        ? "Restores over the machine '" + original.get().id() + "' in " + machineFolder
                        : "Makes the machine '" + request.name() + "' in the new folder " + machineFolder);
        for (MachineDisk disk : request.disks()) {
            text.add("Writes disk '" + disk.key() + "' (" + disk.size() + " bytes) as the sparse raw image "
                    + images.get(disk.key())
                    + (disk.format().equals("raw") ? "" : "; it was " + disk.format() + " when it was backed up"));
        }
        others.keySet().forEach(name -> text.add("Writes the file " + name));
        MachineFiles.leftOut(request.machineConfig())
                .forEach(name -> text.add("Does not bring back the file " + name + ", which was too large to be kept"));
        if (!replaced.isEmpty()) {
            text.add("Keeps until the restore is confirmed, in a hidden folder beside: " + String.join(", ", replaced));
        }
        return List.copyOf(text);
    }
}
