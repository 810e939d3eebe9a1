package io.doppel.sim.xapi.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All image files of a store. Layers that no disk needs any more are removed, or merged with the one above as soon as no
 * program has them open. The owner guards it with a lock.
 */
final class Layers {
    private final Path folder;
    private final List<Layer> all = new ArrayList<>();
    private long made;

    Layers(Path folder) {
        this.folder = folder;
    }

    /** A new layer that has one holder: the disk that it is made for. */
    Layer create(long size, Layer parent) throws IOException {
        Layer layer = Layer.create(folder, "layer" + ++made, size, parent);
        layer.holders = 1;
        all.add(layer);
        return layer;
    }

    /** Lets go of a layer that a disk held. */
    void release(Layer layer) throws IOException {
        for (Layer next = layer; next != null && --next.holders == 0; next = next.parent) {
            all.remove(next);
            Files.delete(next.file);
        }
        merge();
    }

    void opened(List<Layer> chain) {
        chain.forEach(layer -> layer.openers++);
    }

    void closed(List<Layer> chain) throws IOException {
        chain.forEach(layer -> layer.openers--);
        merge();
    }

    /** Merges frozen layers that only the frozen layer above needs. */
    void merge() throws IOException {
        for (Layer lower : List.copyOf(all)) {
            Optional<Layer> upper = all.stream()
                    .filter(layer -> layer.parent == lower && layer.frozen)
                    .findFirst();
            if (upper.isPresent() && lower.holders == 1 && lower.openers == 0) {
                merge(lower, upper.get());
            }
        }
    }

    /** The lower file takes the upper one's blocks and then its name, so that layers above need not be told. */
    private void merge(Layer lower, Layer upper) throws IOException {
        Tool.run("qemu-img", "commit", "-q", "-d", "-f", "qcow2", "-b", lower.file.toString(), upper.file.toString());
        Files.move(lower.file, upper.file, StandardCopyOption.REPLACE_EXISTING);
        upper.parent = lower.parent;
        all.remove(lower);
    }

    /** Files that exist, for tests. */
    int count() {
        return all.size();
    }
}
