package io.doppel.core.internal.plugin;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobService.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** The services of one kind that are there now. Of two with one name, the earlier counts. Safe for several threads. */
public final class Registry<T> {
    private final String kind;
    private final Function<T, String> naming;
    private final List<Plugin<T>> plugins = new ArrayList<>();
    private final List<Change> changes = new CopyOnWriteArrayList<>();

    Registry(String kind, Function<T, String> naming) {
        this.kind = kind;
        this.naming = naming;
    }

    /** Takes a service in. */
    public void add(T service) {
        String name = naming.apply(service);
        synchronized (this) {
            plugins.add(new Plugin<>(name, service, new Gate(kind + " '" + name + "'")));
        }
        changes.forEach(c -> c.changed(name, true));
    }

    /** Told when a service appears or leaves. */
    @FunctionalInterface
    public interface Change {
        /** Must return soon. */
        void changed(String name, boolean there);
    }

    /** Tells of changes from now on; closing what is returned ends that. */
    public Subscription onChange(Change change) {
        changes.add(change);
        return () -> changes.remove(change);
    }

    /** Lets a service go; whatever uses it ends. */
    public void remove(T service) {
        Optional<Plugin<T>> found;
        synchronized (this) {
            found = plugins.stream().filter(p -> p.service() == service).findFirst();
            found.ifPresent(plugins::remove);
        }
        if (found.isPresent()) {
            found.get().gate().close();
            changes.forEach(c -> c.changed(found.get().name(), false));
        }
    }

    /** The service of that name. */
    public synchronized Optional<Plugin<T>> find(String name) {
        return plugins.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /** The service of that name, or {@link CommonError#PLUGIN_GONE}. */
    public Plugin<T> get(String name) throws DoppelException {
        return find(name)
                .orElseThrow(
                        () -> new DoppelException(CommonError.PLUGIN_GONE, "There is no " + kind + " '" + name + "'"));
    }

    /** All of them, in order of appearance. */
    public synchronized List<Plugin<T>> all() {
        return List.copyOf(plugins);
    }
}
