package io.doppel.sim.xapi.disk;

import io.doppel.sim.xapi.Disks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Disks as qcow2 chains in one folder. A snapshot freezes the layer on top, and a new empty one goes over it; so the
 * clusters of the layers between two snapshots are the blocks that were written between them, which is the write log. What is
 * known of the disks is kept in memory only. Safe for use by many threads.
 */
public final class DiskStore implements Disks {
    private static final int SECTOR = 512;

    private final Path folder;
    private final Layers layers;
    private final WriteLog log = new WriteLog();
    private final Map<String, Disk> disks = new HashMap<>();
    private final NbdServers servers;
    private final Set<LiveDisk> views = new LinkedHashSet<>();
    private long opened;

    private static final class Disk {
        private long size;
        private Layer top;
        /** Set while the disk is open for writing. */
        private LiveDisk live;
    }

    /** @param folder an existing folder that nobody else uses; its path must be short enough for a socket's (60 characters) */
    public DiskStore(Path folder) {
        this.folder = folder.toAbsolutePath();
        layers = new Layers(this.folder);
        servers = new NbdServers(this.folder);
    }

    @Override
    public synchronized void create(String vdi, long size) throws IOException {
        long rounded = wholeSectors(size);
        add(vdi, rounded, layers.create(rounded, null));
    }

    private static long wholeSectors(long size) {
        return (size + SECTOR - 1) / SECTOR * SECTOR;
    }

    private void add(String vdi, long size, Layer top) {
        Disk disk = new Disk();
        disk.size = size;
        disk.top = top;
        if (disks.putIfAbsent(vdi, disk) != null) {
            throw new IllegalArgumentException("there is a disk " + vdi);
        }
    }

    @Override
    public synchronized void snapshot(String vdi, String snapshot) throws IOException {
        Disk disk = content(vdi);
        Layer frozen = freeze(vdi, disk);
        frozen.holders++;
        add(snapshot, disk.size, frozen);
        log.snapshot(vdi, snapshot);
        layers.merge();
    }

    /** The layer that holds what the disk holds now; a writable disk goes on with an empty one over it. */
    private Layer freeze(String vdi, Disk disk) throws IOException {
        Layer top = disk.top;
        if (top.frozen) {
            return top;
        }
        Layer overlay = layers.create(disk.size, top);
        if (disk.live != null) {
            try {
                disk.live.snapshot(top, overlay);
            } catch (IOException e) {
                layers.release(overlay);
                throw e;
            }
            layers.opened(List.of(overlay));
        }
        top.frozen = true;
        top.holders--;
        disk.top = overlay;
        log.wrote(vdi, top.written());
        return top;
    }

    @Override
    public synchronized void copy(String vdi, String copy) throws IOException {
        Disk disk = content(vdi);
        add(copy, disk.size, layers.create(disk.size, freeze(vdi, disk)));
    }

    @Override
    public synchronized void resize(String vdi, long size) throws IOException {
        Disk disk = content(vdi);
        long rounded = wholeSectors(size);
        if (disk.live != null || disk.top.frozen || rounded < disk.size) {
            throw new IOException("the disk cannot be resized to " + size + " bytes now");
        }
        Tool.run("qemu-img", "resize", "-q", "-f", "qcow2", disk.top.file.toString(), Long.toString(rounded));
        disk.size = rounded;
    }

    @Override
    public synchronized void destroy(String vdi) throws IOException {
        Disk disk = disk(vdi);
        if (disk.live != null) {
            throw new IOException("the disk is open for writing");
        }
        if (disk.top != null && !disk.top.frozen) {
            log.wrote(vdi, disk.top.written());
        }
        log.remove(vdi);
        disks.remove(vdi);
        if (disk.top != null) {
            layers.release(disk.top);
        }
    }

    @Override
    public synchronized void dataDestroy(String vdi) throws IOException {
        Disk disk = content(vdi);
        if (!log.tracks(vdi) || !disk.top.frozen) {
            throw new IOException("only a snapshot of a tracked disk can lose its content");
        }
        Layer top = disk.top;
        disk.top = null;
        layers.release(top);
    }

    @Override
    public synchronized long physicalUtilisation(String vdi) throws IOException {
        Disk disk = disk(vdi);
        return disk.top == null ? 0 : disk.top.bytes();
    }

    /** Bytes that the disks together take, each shared layer once: the usage of a storage repository. */
    public synchronized long physicalUtilisation(Collection<String> vdis) throws IOException {
        Set<Layer> counted = new HashSet<>();
        for (String vdi : vdis) {
            Disk disk = disk(vdi);
            counted.addAll(disk.top == null ? List.of() : disk.top.chain());
        }
        long bytes = 0;
        for (Layer layer : counted) {
            bytes += layer.bytes();
        }
        return bytes;
    }

    @Override
    public synchronized void enableTracking(String vdi) throws IOException {
        content(vdi);
        log.start(vdi);
    }

    @Override
    public synchronized void disableTracking(String vdi) {
        log.stop(vdi);
    }

    @Override
    public synchronized byte[] changedBlocks(String from, String to) throws IOException {
        Disk target = disk(to);
        if (target.live != null) {
            throw new IOException("the disk is open for writing");
        }
        BitSet blocks = log.between(from, to);
        if (target.top != null && !target.top.frozen) {
            blocks.or(target.top.written());
        }
        return WriteLog.bitmap(blocks, (target.size + Layer.BLOCK - 1) / Layer.BLOCK);
    }

    @Override
    public synchronized NbdServer serve(NbdExport export) throws IOException {
        Disk disk = readable(export.vdi());
        List<Layer> chain = disk.top.chain();
        layers.opened(chain);
        try {
            return servers.start(export, disk.top, () -> closed(chain));
        } catch (IOException | RuntimeException e) {
            layers.closed(chain);
            throw e;
        }
    }

    /** Sends a signal such as KILL, STOP or CONT to the NBD servers of a disk: a test's way to make them fail. */
    public void signalServers(String vdi, String signal) throws IOException {
        servers.signal(vdi, signal);
    }

    /**
     * Opens a disk as a guest's would be: read and written as a raw file, snapshots can be taken meanwhile. Layers that are not
     * needed any more are merged when it closes.
     */
    public synchronized LiveDisk open(String vdi) throws IOException {
        Disk disk = content(vdi);
        if (disk.live != null || disk.top.frozen) {
            throw new IOException("the disk is open already, or a snapshot");
        }
        disk.live = view(disk, true);
        return disk.live;
    }

    /** Opens what a disk holds to be read as a raw file. */
    public synchronized LiveDisk read(String vdi) throws IOException {
        return view(readable(vdi), false);
    }

    private LiveDisk view(Disk disk, boolean writable) throws IOException {
        Layer bottom = disk.top;
        layers.opened(bottom.chain());
        LiveDisk[] view = new LiveDisk[1];
        try {
            view[0] = new LiveDisk(folder, "open" + ++opened, bottom, writable, () -> {
                synchronized (this) {
                    views.remove(view[0]);
                    if (writable) {
                        disk.live = null;
                        closed(disk.top.chain());
                    } else {
                        closed(bottom.chain());
                    }
                }
            });
        } catch (IOException | RuntimeException e) {
            layers.closed(bottom.chain());
            throw e;
        }
        views.add(view[0]);
        return view[0];
    }

    private synchronized void closed(List<Layer> chain) {
        try {
            layers.closed(chain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fills a new disk from an image file; {@code format} is raw, qcow2 and so on. */
    public void fill(String vdi, Path image, String format) throws IOException {
        try (LiveDisk disk = open(vdi)) {
            Tool.run(
                    "qemu-img",
                    "convert",
                    "-n",
                    "--target-is-zero",
                    "-f",
                    format,
                    "-O",
                    "raw",
                    image.toString(),
                    disk.path().toString());
        }
    }

    /** Writes what a disk holds to a new raw file with holes. */
    public void export(String vdi, Path raw) throws IOException {
        try (LiveDisk disk = read(vdi)) {
            Tool.run(
                    "qemu-img", "convert", "-f", "raw", "-O", "raw", disk.path().toString(), raw.toString());
        }
    }

    public synchronized long size(String vdi) {
        return disk(vdi).size;
    }

    @Override
    public synchronized boolean inUse(String vdi) {
        Disk disk = disks.get(vdi);
        return disk != null && disk.live != null;
    }

    /** The parts of a disk that may hold other bytes than zeros, in order. */
    public synchronized List<Extent> data(String vdi) throws IOException {
        return readable(vdi).top.map().stream().filter(extent -> !extent.zero()).toList();
    }

    /** The 64 KiB blocks that one of two disks of a family has in layers that the other has not: where they may differ. */
    public synchronized BitSet difference(String base, String vdi) throws IOException {
        return Layer.difference(readable(base).top, readable(vdi).top);
    }

    private Disk disk(String vdi) {
        Disk disk = disks.get(vdi);
        if (disk == null) {
            throw new IllegalArgumentException("no disk " + vdi);
        }
        return disk;
    }

    private Disk content(String vdi) throws IOException {
        Disk disk = disk(vdi);
        if (disk.top == null) {
            throw new IOException("the disk's content is gone, only its place in the log is left");
        }
        return disk;
    }

    private Disk readable(String vdi) throws IOException {
        Disk disk = content(vdi);
        if (disk.live != null) {
            throw new IOException("the disk is open for writing");
        }
        return disk;
    }

    /** Files in use, for tests. */
    synchronized int layers() {
        return layers.count();
    }

    @Override
    public void close() throws IOException {
        List<LiveDisk> open;
        synchronized (this) {
            open = List.copyOf(views);
        }
        servers.running().forEach(NbdDaemon::close);
        for (LiveDisk disk : open) {
            disk.close();
        }
    }
}
