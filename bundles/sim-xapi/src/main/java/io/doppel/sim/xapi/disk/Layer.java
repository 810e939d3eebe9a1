package io.doppel.sim.xapi.disk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One image file of a chain. Its clusters are as large as the blocks of the write log, so which clusters it has tells which
 * blocks were written while it was on top, also where the same content was written again. The owner guards it with a lock.
 */
final class Layer {
    /** Bytes of a cluster and of a block of the write log. */
    static final int BLOCK = 64 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    final String name;
    final Path file;
    Layer parent;
    /** Whether nothing is written to it any more. */
    boolean frozen;
    /** Layers that lie directly on this one, and disks that have it on top. */
    int holders;
    /** Programs that have this layer open, by itself or below another. */
    int openers;

    private Layer(String name, Path file, Layer parent) {
        this.name = name;
        this.file = file;
        this.parent = parent;
        if (parent != null) {
            parent.holders++;
        }
    }

    /** Makes the file of an empty layer of {@code size} bytes on {@code parent}, which may be null. */
    static Layer create(Path folder, String name, long size, Layer parent) throws IOException {
        Path file = folder.resolve(name + ".qcow2");
        String options = "cluster_size=" + BLOCK;
        if (parent == null) {
            Tool.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", options, file.toString(), Long.toString(size));
        } else {
            // -u: the layer below may be open for writing at this moment, and nothing of it is needed yet.
            Tool.run(
                    "qemu-img",
                    "create",
                    "-q",
                    "-u",
                    "-f",
                    "qcow2",
                    "-o",
                    options,
                    "-b",
                    parent.file.toString(),
                    "-F",
                    "qcow2",
                    file.toString(),
                    Long.toString(size));
        }
        return new Layer(name, file, parent);
    }

    /** What the chain down from here holds, in order and without gaps. */
    List<Extent> map() throws IOException {
        List<Extent> extents = new ArrayList<>();
        for (JsonNode extent : JSON.readTree(Tool.run("qemu-img", "map", "-U", "--output=json", file.toString()))) {
            boolean own =
                    extent.get("depth").asInt() == 0 && extent.get("present").asBoolean();
            boolean zero = extent.get("zero").asBoolean();
            extents.add(new Extent(
                    extent.get("start").asLong(), extent.get("length").asLong(), own, zero));
        }
        return extents;
    }

    /** The blocks that were written while this layer was on top. */
    BitSet written() throws IOException {
        BitSet blocks = new BitSet();
        for (Extent extent : map()) {
            if (extent.own()) {
                blocks.set((int) (extent.start() / BLOCK), (int) ((extent.end() + BLOCK - 1) / BLOCK));
            }
        }
        return blocks;
    }

    /** The blocks that the chain of one of the two has and the other's has not: all that may differ, and maybe more. */
    static BitSet difference(Layer one, Layer other) throws IOException {
        Set<Layer> apart = new HashSet<>(one.chain());
        for (Layer layer : other.chain()) {
            if (!apart.remove(layer)) {
                apart.add(layer);
            }
        }
        BitSet blocks = new BitSet();
        for (Layer layer : apart) {
            blocks.or(layer.written());
        }
        return blocks;
    }

    /** This layer and those below, newest first. */
    List<Layer> chain() {
        List<Layer> layers = new ArrayList<>();
        for (Layer layer = this; layer != null; layer = layer.parent) {
            layers.add(layer);
        }
        return layers;
    }

    /** How QEMU is told to open this layer on those below. */
    Map<String, Object> node() {
        Map<String, Object> node = alone();
        node.put("backing", parent == null ? null : parent.node());
        return node;
    }

    /** As {@link #node}, without the layers below: QEMU puts them there itself. */
    Map<String, Object> alone() {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "qcow2");
        node.put("node-name", name);
        node.put("discard", "unmap");
        node.put("file", Map.of("driver", "file", "filename", file.toString()));
        node.put("backing", null);
        return node;
    }

    long bytes() throws IOException {
        return Files.size(file);
    }
}
