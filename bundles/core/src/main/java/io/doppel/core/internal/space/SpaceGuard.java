package io.doppel.core.internal.space;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.space.SpaceService;
import io.doppel.api.space.SpaceView;
import io.doppel.api.space.SpaceView.Kind;
import io.doppel.api.space.SpaceView.State;
import io.doppel.catalog.SpaceRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.SpaceError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.job.Room;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageSpace;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches over the space of every place where jobs store something. */
public final class SpaceGuard implements SpaceService, Room, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceGuard.class);

    private final Vaults vaults;
    private final KeptLimits limits;
    private final Growth growth;
    private final List<SpacePlace> ours;
    private final QuickAsk quick = new QuickAsk();
    private final Map<String, Seen> last = new ConcurrentHashMap<>();
    private final Clock clock;

    /**
     * How a place was when it was looked at last.
     *
     * @param state that
     * @param since when that was seen first
     */
    private record Seen(State state, Instant since) {}

    /** How fast vaults grow. */
    public interface Growth {
        /** Bytes a day. */
        long perDay(String vault) throws DoppelException;
    }

    /**
     * Made by the core.
     *
     * @param catalogue folder of the catalogue
     * @param cache folder of the vaults' local indexes
     * @param clock tells since when a place is low
     */
    public SpaceGuard(Vaults vaults, SpaceRecords records, Growth growth, Path catalogue, Path cache, Clock clock) {
        this.vaults = vaults;
        this.limits = new KeptLimits(records);
        this.growth = growth;
        this.clock = clock;
        this.ours = List.of(
                folder("catalogue", Kind.CATALOGUE, "The disk of the catalogue", catalogue),
                folder("cache", Kind.CACHE, "The disk of the local indexes", cache));
    }

    /** Below how many free bytes of a target new backups are refused, unless somebody sets it otherwise. */
    public static long presetRefusal(long total) throws DoppelException {
        return SpaceLimits.parse(Kind.VAULT, Map.of()).refuseBelow(total);
    }

    private static SpacePlace folder(String name, Kind kind, String words, Path folder) {
        return new SpacePlace(name, name, kind, folder.toString(), words, () -> spaceOf(folder));
    }

    private static Optional<StorageSpace> spaceOf(Path folder) throws DoppelException {
        try {
            Path there = folder;
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            FileStore store = Files.getFileStore(there);
            return Optional.of(new StorageSpace(store.getTotalSpace(), store.getUsableSpace()));
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "The free space of '" + folder + "' cannot be found out", e);
        }
    }

    private static SpacePlace place(VaultRecord record, SpacePlace.Meter meter) {
        String name = record.name();
        return new SpacePlace(
                "vault/" + name, "vault/" + record.id(), Kind.VAULT, record.type(), "Vault '" + name + "'", meter);
    }

    @Override
    public List<Note> require(List<String> names, Optional<CoreContext> context) throws DoppelException {
        List<Note> notes = new ArrayList<>();
        if (names.isEmpty()) {
            return notes;
        }
        // this server's own first: opening a vault writes there
        for (SpacePlace place : ours) {
            require(place, notes);
        }
        for (String name : names) {
            if (context.isPresent()) {
                vaults.open(name, context.get());
            }
            Optional<Storage> storage = vaults.storageIfOpen(name);
            if (storage.isPresent()) {
                require(vaults.record(name), storage.get()::space, context, notes);
            }
        }
        return notes;
    }

    private void require(
            VaultRecord vault,
            CoreContext.Call<Optional<StorageSpace>> ask,
            Optional<CoreContext> context,
            List<Note> notes)
            throws DoppelException {
        if (context.isPresent()) {
            require(place(vault, () -> context.get().unlessCancelled(ask)), notes);
            context.get().cancel().check();
            return;
        }
        Optional<CoreContext.Call<Optional<StorageSpace>>> answer = quickly(ask);
        if (answer.isPresent()) {
            require(place(vault, answer.get()::run), notes);
        }
    }

    /** What was answered, or the failure, to be had again; empty if there is no answer in time: each machine's turn asks again. */
    private Optional<CoreContext.Call<Optional<StorageSpace>>> quickly(CoreContext.Call<Optional<StorageSpace>> ask) {
        try {
            return quick.ask(ask).map(space -> () -> space);
        } catch (DoppelException e) {
            return Optional.of(() -> {
                throw e;
            });
        }
    }

    private void require(SpacePlace place, List<Note> notes) throws DoppelException {
        SpaceLimits set = limits.of(place);
        Optional<StorageSpace> space;
        try {
            space = place.meter().space();
        } catch (DoppelException e) {
            notes.add(new Note(
                    place.name(),
                    LogLine.Level.WARNING,
                    place.words() + " does not say how much space is free, so nobody looks after that: "
                            + e.getMessage()));
            return;
        }
        if (space.isEmpty()) {
            notes.add(new Note(
                    place.name(),
                    LogLine.Level.INFO,
                    place.words() + " does not tell how much space is free, so nobody looks after that"));
            return;
        }
        State state = seen(place, set, space.get()).state();
        long total = space.get().total();
        String free =
                place.words() + " has " + ByteCount.text(space.get().free()) + " free of " + ByteCount.text(total);
        if (state == State.REFUSING) {
            throw new DoppelException(
                    place.refusal(),
                    free + "; new backups are refused below " + ByteCount.text(set.refuseBelow(total)));
        }
        if (state == State.WARNING) {
            notes.add(new Note(
                    place.name(),
                    LogLine.Level.WARNING,
                    free + "; new backups are refused below " + ByteCount.text(set.refuseBelow(total))));
        }
    }

    /** How the place is now, which is remembered. */
    private Seen seen(SpacePlace place, SpaceLimits set, StorageSpace space) {
        State[] before = {State.OK};
        Seen now = last.compute(place.key(), (key, was) -> {
            before[0] = was == null ? State.OK : was.state();
            State state =
                    Levels.of(before[0], space.free(), set.warnBelow(space.total()), set.refuseBelow(space.total()));
            return was != null && was.state() == state ? was : new Seen(state, clock.instant());
        });
        if (now.state() != before[0]) {
            tellChange(place, set, before[0], now.state(), space);
        }
        return now;
    }

    private static void tellChange(SpacePlace place, SpaceLimits set, State before, State now, StorageSpace space) {
        String free = ByteCount.text(space.free());
        if (now == State.OK) {
            LOG.info("{} is over: {} has {} free again", code(place, before).id(), place.words(), free);
        } else {
            LOG.warn(
                    "{}: {} has only {} free; {}",
                    code(place, now).id(),
                    place.words(),
                    free,
                    meaning(set, now, space));
        }
    }

    /** Of a place that is low. */
    private static SpaceError code(SpacePlace place, State low) {
        return low == State.REFUSING ? place.refusal() : SpaceError.LOW;
    }

    private static String meaning(SpaceLimits set, State low, StorageSpace space) {
        return "new backups are refused"
                + (low == State.REFUSING ? "" : " below " + ByteCount.text(set.refuseBelow(space.total())));
    }

    /** The places of this server, and the vaults that are open for writing now. */
    List<SpacePlace> places() {
        List<SpacePlace> places = new ArrayList<>(ours);
        try {
            for (VaultRecord record : vaults.attachedForWriting()) {
                vaults.storageIfOpen(record.name()).ifPresent(storage -> places.add(place(record, storage::space)));
            }
        } catch (DoppelException e) {
            // a catalogue that cannot be read, perhaps for want of space: what is known without it is looked at
            LOG.debug("Which vaults there are cannot be found out now", e);
        }
        return places;
    }

    /** Looks at a place and logs if that has changed. What cannot be found out is told by who asks for it. */
    void look(SpacePlace place) {
        try {
            SpaceLimits set = limits.of(place);
            place.meter().space().ifPresent(space -> seen(place, set, space));
        } catch (DoppelException e) {
            LOG.debug("{} does not say how much space is free", place.words(), e);
        }
    }

    @Override
    public List<SpaceView> status() throws DoppelException {
        List<SpaceView> all = new ArrayList<>();
        for (String name : vaults.names()) {
            all.add(view(place(vaults.record(name), () -> vaults.storage(name).space()), name));
        }
        for (SpacePlace place : ours) {
            all.add(view(place, ""));
        }
        return all;
    }

    private SpaceView view(SpacePlace place, String vault) throws DoppelException {
        SpaceLimits set = limits.of(place);
        Seen now = new Seen(State.UNTOLD, Instant.EPOCH);
        String message = "";
        Optional<StorageSpace> space = Optional.empty();
        try {
            space = place.meter().space();
            if (space.isPresent()) {
                now = seen(place, set, space.get());
            }
        } catch (DoppelException e) {
            now = new Seen(State.UNKNOWN, Instant.EPOCH);
            message = e.getMessage();
        }
        boolean low = now.state() == State.WARNING || now.state() == State.REFUSING;
        long total = space.map(StorageSpace::total).orElse(-1L);
        long free = space.map(StorageSpace::free).orElse(-1L);
        long refuse = total < 0 ? -1 : set.refuseBelow(total);
        long perDay = vault.isEmpty() ? -1 : growth.perDay(vault);
        if (low) {
            String words =
                    place.words() + " has " + (now.state() == State.REFUSING ? "too " : "") + "little free space";
            message = new DoppelException(code(place, now.state()), words).getMessage();
        }
        return new SpaceView(
                place.name(),
                place.kind(),
                place.where(),
                now.state(),
                low ? Optional.of(now.since()) : Optional.empty(),
                total,
                free,
                total < 0 ? -1 : set.warnBelow(total),
                refuse,
                perDay,
                perDay <= 0 || total < 0 ? -1 : Math.max(0, free - refuse) / perDay,
                message,
                limits.text(place));
    }

    @Override
    public SettingsSpec settings(Kind kind) {
        return SpaceLimits.spec(kind);
    }

    @Override
    public Map<String, String> set(String name, Map<String, String> some) throws DoppelException {
        SpacePlace place = find(name);
        Map<String, String> now = limits.set(place, some);
        // what was low by the old limits says nothing about the new ones
        last.remove(place.key());
        return now;
    }

    private SpacePlace find(String name) throws DoppelException {
        if (name.startsWith("vault/")) {
            return place(vaults.record(name.substring("vault/".length())), Optional::empty);
        }
        return ours.stream()
                .filter(place -> place.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new DoppelException(
                        CommonError.NOT_FOUND,
                        "There is no place '" + name + "'; there are catalogue, cache and vault/NAME"));
    }

    /** Waits for no answer any more. */
    @Override
    public void close() {
        quick.close();
    }
}
