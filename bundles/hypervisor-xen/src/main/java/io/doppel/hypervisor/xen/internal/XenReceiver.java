package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.disks.XvaHead;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.xapi.stream.XapiStreams;
import io.doppel.xapi.stream.XapiUpload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes a machine of an XVA that comes in. One run uses it. */
final class XenReceiver {
    private static final String STORAGE = "storage";
    private static final int BUFFER = 1 << 20;
    /** As long as disks take to be removed; what is left after that the next sweep removes. */
    private static final Duration UNDOING = Duration.ofSeconds(90);

    private final XenPool pool;
    private final XapiStreams streams;
    private final String run;
    private final HostWork work;

    /** @param run id that marks what is half made; somebody keeps sweeps from it */
    XenReceiver(XenPool pool, XapiStreams streams, String run, HostWork work) {
        this.pool = pool;
        this.streams = streams;
        this.run = run;
        this.work = work;
    }

    static SettingsSpec options() {
        return SettingsSpec.of(
                SettingField.optional(
                        STORAGE,
                        SettingType.TEXT,
                        "Storage repository (name or uuid) for the disks; without it the pool's default one"),
                RestoreOptions.NETWORKS_FIELD,
                RestoreOptions.MAC_FIELD);
    }

    /** As {@link io.doppel.spi.hypervisor.MachineStreams#receive}, but leaves what is half made to the caller. */
    String receive(InputStream content, String name, Map<String, String> options) throws DoppelException, IOException {
        PoolRecords.View view = pool.view();
        Optional<String> storage = storage(view, options);
        RestoreOptions wishes = RestoreOptions.ofCards(options);
        XvaArrival arrival = new XvaArrival(XvaHead.read(content));
        Map<JsonNode, Rec> cards = cards(view, arrival, wishes);
        Map<String, String> marks = Marks.of(pool.installation(), Marks.RESTORE, run);
        byte[] head = XvaHead.of(arrival.changed(NewMachine.IMPORTING + name, marks));
        List<String> made = taken(head, content, storage);
        work.cancel().check();
        if (made.size() != 1) {
            throw new DoppelException(CommonError.INTERNAL, "The pool made " + made.size() + " machines, not one");
        }
        String vm = made.get(0);
        for (Map.Entry<JsonNode, Rec> card : cards.entrySet()) {
            Cards.create(pool, vm, card.getKey(), card.getValue().ref(), wishes.newMac());
        }
        work.cancel().check();
        return release(vm, name, arrival.blocked());
    }

    private static Optional<String> storage(PoolRecords.View view, Map<String, String> options) throws DoppelException {
        if (!options.containsKey(STORAGE)) {
            return Optional.empty();
        }
        return Optional.of(view.named("sr", options.get(STORAGE))
                .orElseThrow(() -> new DoppelException(
                        XenError.NO_STORAGE, "There is no storage repository '" + options.get(STORAGE) + "'"))
                .uuid());
    }

    /** The cards to make and their networks. */
    private Map<JsonNode, Rec> cards(PoolRecords.View view, XvaArrival arrival, RestoreOptions wishes)
            throws DoppelException {
        Map<JsonNode, Rec> cards = new LinkedHashMap<>();
        for (JsonNode card : arrival.cards()) {
            Optional<Rec> network = Networks.target(view, card, wishes);
            if (network.isPresent()) {
                cards.put(card, network.get());
                continue;
            }
            String text = "Network card " + card.path("device").asText() + " is left out: ";
            if (Networks.isUnwanted(card, wishes)) {
                work.info(text + "'none' was asked for");
            } else {
                work.warning(text + "the pool has no network '"
                        + card.path("network").path("name").asText() + "'; name one in the option 'networks'");
            }
        }
        return cards;
    }

    private List<String> taken(byte[] head, InputStream content, Optional<String> storage)
            throws DoppelException, IOException {
        try (XapiUpload upload = streams.importMachine(storage, false, OptionalLong.empty());
                JobService.Subscription onCancel = work.cancel().onCancel(upload::interrupt)) {
            try {
                write(head, head.length, upload);
                byte[] buffer = new byte[BUFFER];
                for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                    write(buffer, n, upload);
                }
                return upload.complete();
            } catch (DoppelException | IOException e) {
                undo(upload, e);
                work.cancel().check();
                throw e;
            }
        }
    }

    /** A pool takes back by itself what it made of a stream that ended early; who looked before would miss what comes yet. */
    private static void undo(XapiUpload upload, Exception failure) {
        try {
            upload.undo(UNDOING);
        } catch (DoppelException e) {
            failure.addSuppressed(e);
        }
    }

    private void write(byte[] bytes, int length, XapiUpload upload) throws DoppelException {
        work.cancel().check();
        try {
            upload.content().write(bytes, 0, length);
        } catch (IOException e) {
            throw upload.explain(e);
        }
    }

    /** Gives the machine its name and lets it be started; without its mark it is no half made one any more. */
    private String release(String ref, String name, Map<String, String> blocked) throws DoppelException {
        PoolRecords.View view = pool.view();
        Rec vm = view.find("vm", ref)
                .orElseThrow(() -> new DoppelException(XenError.NO_MACHINE, "The machine received is gone"));
        pool.call("VM.set_name_label", ref, name);
        pool.call("VM.set_blocked_operations", ref, blocked);
        pool.mark("VM", vm, Map.of());
        view.disks(vm).forEach(disk -> pool.unmark(work, disk.vdi()));
        return vm.uuid();
    }
}
