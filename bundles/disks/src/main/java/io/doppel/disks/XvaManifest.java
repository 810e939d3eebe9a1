package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code ova.xml}, the first file of an XVA, says of a machine. Immutable.
 */
public final class XvaManifest {
    private static final Set<String> NO_REFERENCE = Set.of("", "OpaqueRef:NULL");

    private final XmlRpcValue.Struct root;
    private final List<Item> items;
    private final List<Disk> disks;

    /**
     * An object of the pool's database.
     *
     * @param type its class, for example {@code VM}
     * @param ref by which others refer to it inside this XVA, for example {@code Ref:4}
     * @param record its fields
     */
    public record Item(String type, String ref, XmlRpcValue.Struct record) {}

    /**
     * A disk whose content is in the XVA.
     *
     * @param ref the VDI's reference, which the names of its chunks begin with
     * @param size bytes, 0 or more
     * @param record the VDI's fields
     */
    public record Disk(String ref, long size, XmlRpcValue.Struct record) {}

    private XvaManifest(XmlRpcValue.Struct root, List<Item> items, List<Disk> disks) {
        this.root = root;
        this.items = items;
        this.disks = disks;
    }

    /**
     * Reads a description.
     *
     * @throws DoppelException {@link DiskError#CORRUPT} if something is missing or contradicts itself
     */
    public static XvaManifest of(XmlRpcValue ova) throws DoppelException {
        if (!(ova instanceof XmlRpcValue.Struct root)) {
            throw corrupt("is no struct");
        }
        List<Item> items = new ArrayList<>();
        Map<String, Item> byRef = new HashMap<>();
        for (XmlRpcValue one : root.array("objects")) {
            if (!(one instanceof XmlRpcValue.Struct object)) {
                throw corrupt("has an object that is no struct");
            }
            Item item = new Item(required(object, "class"), required(object, "id"), object.struct("snapshot"));
            items.add(item);
            if (byRef.put(item.ref(), item) != null) {
                throw corrupt("has two objects of the reference " + item.ref());
            }
        }
        return new XvaManifest(root, List.copyOf(items), disks(items, byRef));
    }

    private static List<Disk> disks(List<Item> items, Map<String, Item> byRef) throws DoppelException {
        Set<String> streamed = new LinkedHashSet<>();
        for (Item item : items) {
            if (item.type().equals("VBD")
                    && !item.record().text("type").orElse("").equals("CD")) {
                String vdi = item.record().text("VDI").orElse("");
                if (!NO_REFERENCE.contains(vdi) && !isOnIsoStorage(vdi, byRef)) {
                    streamed.add(vdi);
                }
            }
            // The memory of a suspended machine.
            if (item.type().equals("VDI")
                    && item.record().text("type").orElse("").equals("suspend")) {
                streamed.add(item.ref());
            }
        }
        List<Disk> disks = new ArrayList<>();
        for (String ref : streamed) {
            XmlRpcValue.Struct vdi = byRef.get(ref).record();
            disks.add(new Disk(ref, size(ref, required(vdi, "virtual_size")), vdi));
        }
        disks.sort(Comparator.comparing(Disk::ref));
        return List.copyOf(disks);
    }

    private static boolean isOnIsoStorage(String vdi, Map<String, Item> byRef) throws DoppelException {
        Item disk = byRef.get(vdi);
        if (disk == null || !disk.type().equals("VDI")) {
            throw corrupt("refers to a disk " + vdi + " that it does not have");
        }
        Item storage = byRef.get(disk.record().text("SR").orElse(""));
        return storage != null
                && storage.record().text("content_type").orElse("").equals("iso");
    }

    private static long size(String ref, String text) throws DoppelException {
        try {
            long size = Long.parseLong(text.strip());
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new DoppelException(DiskError.CORRUPT, "ova.xml has an impossible size of " + ref, e);
        }
        throw corrupt("has an impossible size of " + ref);
    }

    private static String required(XmlRpcValue.Struct struct, String name) throws DoppelException {
        return struct.text(name).orElseThrow(() -> corrupt("has an object without " + name));
    }

    private static DoppelException corrupt(String what) {
        return new DoppelException(DiskError.CORRUPT, "ova.xml " + what);
    }

    /** All of it. */
    public XmlRpcValue.Struct root() {
        return root;
    }

    /** The objects in the order written. */
    public List<Item> items() {
        return items;
    }

    /** The objects of one class, for example {@code VM}, in the order written. */
    public List<Item> items(String type) {
        return items.stream().filter(i -> i.type().equals(type)).toList();
    }

    /**
     * The disks whose content belongs into the XVA, by reference in the order of characters, which is the order of their
     * content: those of the machine's block devices that are neither CDs nor on a storage of ISO images, and the memory of
     * suspended machines.
     */
    public List<Disk> disks() {
        return disks;
    }
}
