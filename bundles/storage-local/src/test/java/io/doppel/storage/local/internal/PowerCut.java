package io.doppel.storage.local.internal;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Replays operations on a model of a file system and cuts the power after each. What survives is what was synced, and of
 * the rest any part: every subset of the entries changed since their folder was synced, and of a file's unsynced bytes
 * none, half or all.
 */
final class PowerCut {
    private static final class Node {
        /** Null for a file. */
        final Map<String, Node> entries;

        final Map<String, Node> durableEntries = new HashMap<>();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] durableBytes = new byte[0];

        Node(boolean folder) {
            entries = folder ? new HashMap<>() : null;
        }
    }

    private record Change(Node folder, String name) {}

    private final Path base;
    private final Node root = new Node(true);
    private final Map<Path, byte[]> reliedOn = new HashMap<>();
    private final Set<Path> gone = new HashSet<>();
    private final Map<Path, Set<String>> contents = new HashMap<>();

    /** @param base an existing, durable, empty folder, above all operations */
    PowerCut(Path base) {
        this.base = base;
    }

    /** What a caller would lose or see half-made after a cut somewhere in these operations; empty if nothing. */
    static Optional<String> findLoss(Path base, List<Op> log) {
        PowerCut model = new PowerCut(base);
        for (Op op : log) {
            if (op.kind() == Op.Kind.RELIED_ON) {
                model.contents.computeIfAbsent(op.path(), p -> new HashSet<>()).add(Arrays.toString(op.bytes()));
            }
        }
        for (int i = 0; i < log.size(); i++) {
            model.apply(log.get(i));
            Optional<String> loss = model.cut();
            if (loss.isPresent()) {
                return Optional.of("cut after " + i + " " + log.get(i).shown(base) + ": " + loss.get());
            }
        }
        return Optional.empty();
    }

    private void apply(Op op) {
        switch (op.kind()) {
            case CREATE -> folder(op.path().getParent()).entries.put(name(op.path()), new Node(false));
            case WRITE -> find(op.path()).bytes.writeBytes(op.bytes());
            case SYNC_FILE -> {
                Node file = find(op.path());
                file.durableBytes = file.bytes.toByteArray();
            }
            case LINK -> folder(op.other().getParent()).entries.put(name(op.other()), find(op.path()));
            case REMOVE -> folder(op.path().getParent()).entries.remove(name(op.path()));
            case MAKE_FOLDER -> folder(op.path().getParent()).entries.put(name(op.path()), new Node(true));
            case SYNC_FOLDER -> {
                Node folder = folder(op.path());
                folder.durableEntries.clear();
                folder.durableEntries.putAll(folder.entries);
            }
            case RELIED_ON -> {
                reliedOn.put(op.path(), op.bytes());
                gone.remove(op.path());
            }
            case UNCERTAIN -> {
                reliedOn.remove(op.path());
                gone.remove(op.path());
            }
            case GONE -> {
                reliedOn.remove(op.path());
                gone.add(op.path());
            }
            default -> throw new IllegalStateException(op.toString());
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private Node folder(Path path) {
        Node node = find(path);
        if (node.entries == null) {
            throw new IllegalStateException("not a folder: " + path);
        }
        return node;
    }

    private Node find(Path path) {
        Node node = root;
        if (!path.equals(base)) {
            for (Path part : base.relativize(path)) {
                node = Objects.requireNonNull(node.entries.get(part.toString()), path::toString);
            }
        }
        return node;
    }

    private Optional<String> cut() {
        List<Change> changes = new ArrayList<>();
        collectChanges(root, changes);
        if (changes.size() > 16) {
            throw new IllegalStateException("too many unsynced changes to try all: " + changes.size());
        }
        for (int subset = 0; subset < 1 << changes.size(); subset++) {
            Set<Change> kept = new HashSet<>();
            for (int i = 0; i < changes.size(); i++) {
                if ((subset >> i & 1) != 0) {
                    kept.add(changes.get(i));
                }
            }
            for (int halves = 0; halves <= 2; halves++) {
                Optional<String> loss = lossIn(survivors(kept, halves));
                if (loss.isPresent()) {
                    return loss;
                }
            }
        }
        return Optional.empty();
    }

    private static void collectChanges(Node folder, List<Change> changes) {
        Set<String> names = new HashSet<>(folder.entries.keySet());
        names.addAll(folder.durableEntries.keySet());
        for (String name : names) {
            if (folder.entries.get(name) != folder.durableEntries.get(name)) {
                changes.add(new Change(folder, name));
            }
        }
        folder.entries.values().stream()
                .filter(n -> n.entries != null)
                .forEach(inner -> collectChanges(inner, changes));
    }

    private Map<Path, byte[]> survivors(Set<Change> kept, int halves) {
        Map<Path, byte[]> files = new HashMap<>();
        collectSurvivors(root, base, kept, halves, files);
        return files;
    }

    private static void collectSurvivors(
            Node folder, Path path, Set<Change> kept, int halves, Map<Path, byte[]> files) {
        Set<String> names = new HashSet<>(folder.entries.keySet());
        names.addAll(folder.durableEntries.keySet());
        for (String name : names) {
            boolean current = kept.contains(new Change(folder, name));
            Node node = (current ? folder.entries : folder.durableEntries).get(name);
            if (node == null) {
                continue;
            }
            if (node.entries != null) {
                collectSurvivors(node, path.resolve(name), kept, halves, files);
            } else {
                int durable = node.durableBytes.length;
                int length = durable + (node.bytes.size() - durable) * halves / 2;
                files.put(path.resolve(name), Arrays.copyOf(node.bytes.toByteArray(), length));
            }
        }
    }

    private Optional<String> lossIn(Map<Path, byte[]> files) {
        for (Map.Entry<Path, byte[]> object : reliedOn.entrySet()) {
            if (!Arrays.equals(object.getValue(), files.get(object.getKey()))) {
                return Optional.of("lost or damaged: " + base.relativize(object.getKey()));
            }
        }
        for (Map.Entry<Path, byte[]> file : files.entrySet()) {
            if (gone.contains(file.getKey())) {
                return Optional.of("came back: " + base.relativize(file.getKey()));
            }
            Set<String> whole = contents.get(file.getKey());
            if (whole != null && !whole.contains(Arrays.toString(file.getValue()))) {
                return Optional.of("half an object is visible: " + base.relativize(file.getKey()));
            }
        }
        return Optional.empty();
    }
}
