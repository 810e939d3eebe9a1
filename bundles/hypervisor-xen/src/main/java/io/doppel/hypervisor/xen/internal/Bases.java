package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.xapi.XapiError;
import io.doppel.xapi.XapiFailure;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Change bases: snapshots of disks whose content is gone and of which only the storage's record of changes is kept. Each
 * carries whose it is in its {@code other_config}; the token tells its uuid and what it was taken of.
 */
final class Bases {
    private static final String BASE = "base";
    private static final String SOURCE = "source";
    private static final String SIZE = "size";

    private final XenPool pool;

    Bases(XenPool pool) {
        this.pool = pool;
    }

    /**
     * What changed since a base, or why that cannot be told.
     *
     * @param ranges the changes
     * @param reason why there are none
     */
    record Changes(Optional<List<ByteRange>> ranges, Optional<String> reason) {
        static Changes unknown(String reason) {
            return new Changes(Optional.empty(), Optional.of(reason));
        }
    }

    static Optional<BaseToken> wanted(SnapshotRequest request, String diskKey) {
        return request.bases().stream().filter(b -> b.diskKey().equals(diskKey)).findFirst();
    }

    /**
     * The changes of a disk between a base and a snapshot.
     *
     * @param source the disk itself
     * @param snapshot its snapshot
     * @param tracked whether changes were being tracked before this run
     */
    Changes changes(PoolRecords.View view, BaseToken token, Attached source, Rec snapshot, boolean tracked)
            throws DoppelException {
        Optional<JsonNode> told = Texts.object(token.token());
        if (told.isEmpty()) {
            return Changes.unknown("the base is not one that this plug-in made");
        }
        String uuid = told.get().path(BASE).asText();
        if (!told.get().path(SOURCE).asText().equals(source.vdi().uuid())) {
            return Changes.unknown("another disk stands in its place than at the base: it was moved to another storage,"
                    + " restored or replaced");
        }
        if (told.get().path(SIZE).asLong() != snapshot.number("virtual_size")) {
            return Changes.unknown("the disk was resized since the base");
        }
        Optional<Rec> base = view.byUuid("vdi", uuid);
        if (base.isEmpty()) {
            return Changes.unknown("the base " + uuid + " is no longer on the pool");
        }
        Map<String, String> marks = Marks.in(base.get());
        if (!pool.installation().equals(marks.get(Marks.INSTALLATION))
                || !token.consumer().equals(marks.get(Marks.CONSUMER))
                || !token.versionId().equals(marks.get(Marks.VERSION))
                || !token.machineId().equals(marks.get(Marks.MACHINE))) {
            return Changes.unknown("the base " + uuid + " belongs to somebody else");
        }
        if (!base.get().text("SR").equals(snapshot.text("SR"))) {
            return Changes.unknown("the disk was moved to another storage since the base");
        }
        if (!tracked || !snapshot.flag("cbt_enabled")) {
            return Changes.unknown("changed-block tracking of the disk was switched off since the base");
        }
        return listed(base.get(), snapshot);
    }

    private Changes listed(Rec base, Rec snapshot) throws DoppelException {
        try {
            String text = pool.call("VDI.list_changed_blocks", base.ref(), snapshot.ref())
                    .asText();
            byte[] bitmap = Base64.getMimeDecoder().decode(text);
            return new Changes(
                    Optional.of(ChangedBlocks.ranges(bitmap, snapshot.number("virtual_size"))), Optional.empty());
        } catch (XapiFailure e) {
            if (e.is(XapiError.SESSION) || e.is(XapiError.NO_MASTER)) {
                throw e;
            }
            return Changes.unknown("the pool could not tell the changed blocks: " + e.what());
        } catch (IllegalArgumentException e) {
            return Changes.unknown("the pool's answer is wrong: " + e.getMessage());
        }
    }

    /** Marks of a base. */
    Map<String, String> marks(SnapshotRequest request, String versionId, String run) {
        Map<String, String> marks = new LinkedHashMap<>(Marks.of(pool.installation(), Marks.BASE, run));
        marks.put(Marks.CONSUMER, request.consumer());
        marks.put(Marks.VERSION, versionId);
        marks.put(Marks.MACHINE, request.machineId());
        return marks;
    }

    BaseToken token(SnapshotRequest request, String versionId, Attached source, Rec snapshot) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put(BASE, snapshot.uuid());
        told.put(SOURCE, source.vdi().uuid());
        told.put(SIZE, snapshot.number("virtual_size"));
        return new BaseToken(
                request.machineId(),
                source.key(),
                request.consumer(),
                pool.installation(),
                versionId,
                Texts.json(told));
    }

    /** The uuid of a token's base. */
    static Optional<String> uuid(BaseToken token) {
        return Texts.object(token.token()).map(t -> t.path(BASE).asText()).filter(u -> !u.isEmpty());
    }

    /** Removes a base if it is there and is what the token says. */
    void release(BaseToken token) throws DoppelException {
        Optional<String> uuid = uuid(token);
        if (uuid.isEmpty() || !token.installationId().equals(pool.installation())) {
            return;
        }
        Optional<Rec> base = pool.view().byUuid("vdi", uuid.get());
        if (base.isPresent()
                && Marks.is(base.get(), Marks.BASE)
                && Marks.ours(base.get(), pool.installation())
                && Marks.get(base.get(), Marks.CONSUMER).equals(token.consumer())) {
            new Disposal(pool).vdi(base.get());
        }
    }
}
