package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskImage;
import io.doppel.disks.DiskImages;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A view of a machine's images as of one instant. Folders have no snapshots: the view is the state that all images had at
 * that instant, and each reader proves at its end that its image still has it.
 */
final class FolderSnapshot implements Snapshot {
    private static final String NO_TRACKING = "folders of images track no changes";

    private final Instant takenAt;
    private final List<DiskOffer> offers;
    private final Map<String, String> config;

    private FolderSnapshot(Instant takenAt, List<DiskOffer> offers, Map<String, String> config) {
        this.takenAt = takenAt;
        this.offers = List.copyOf(offers);
        this.config = Map.copyOf(config);
    }

    static FolderSnapshot take(MachineFolder machine, SnapshotRequest request) throws DoppelException {
        List<MachineFolder.Image> images = wanted(machine, request);
        Map<String, String> config = MachineFiles.describe(machine, images);
        Instant now = Instant.now();
        List<DiskImage> opened = DiskImages.openAll(
                images.stream().map(MachineFolder.Image::file).toList());
        List<DiskOffer> offers = new ArrayList<>();
        try {
            for (int i = 0; i < opened.size(); i++) {
                offers.add(offer(images.get(i), opened.get(i), request));
            }
        } finally {
            DiskImages.closeAll(opened);
        }
        return new FolderSnapshot(now, offers, config);
    }

    private static List<MachineFolder.Image> wanted(MachineFolder machine, SnapshotRequest request)
            throws DoppelException {
        if (!machine.problems().isEmpty()) {
            DoppelException first = machine.problems().get(0);
            throw new DoppelException(first.code(), first.what(), first);
        }
        for (String key : request.diskKeys()) {
            if (machine.image(key).isEmpty()) {
                throw new DoppelException(
                        FolderError.NO_DISK, "The machine '" + machine.id() + "' has no disk '" + key + "'");
            }
        }
        return machine.images().stream()
                .filter(i -> request.diskKeys().isEmpty() || request.diskKeys().contains(i.key()))
                .toList();
    }

    private static DiskOffer offer(MachineFolder.Image image, DiskImage opened, SnapshotRequest request) {
        boolean baseGiven = request.bases().stream().anyMatch(b -> b.diskKey().equals(image.key()));
        MachineFolder.Image now =
                new MachineFolder.Image(image.key(), image.file(), opened.size(), opened.format(), opened.files());
        return new DiskOffer(
                now.disk(),
                List.of(FolderAccess.reading(image.file(), opened.identity())),
                Optional.empty(),
                baseGiven ? Optional.of(NO_TRACKING) : Optional.empty());
    }

    @Override
    public Instant takenAt() {
        return takenAt;
    }

    @Override
    public Consistency consistency() {
        return Consistency.CRASH;
    }

    @Override
    public List<DiskOffer> disks() {
        return offers;
    }

    @Override
    public Map<String, String> machineConfig() {
        return config;
    }

    @Override
    public List<BaseToken> commit(String versionId) {
        return List.of();
    }

    @Override
    public void close() {
        // Nothing is held: the images were opened only to take their identity.
    }
}
