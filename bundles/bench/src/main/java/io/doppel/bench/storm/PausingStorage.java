package io.doppel.bench.storm;

import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A storage that counts operations by {@link Work} and holds the thread that does a chosen one, so that a driver can kill the process, stall
 * it or cut its power there. Safe for several threads.
 */
final class PausingStorage {
    /** What counts; reads are many and change nothing. */
    private static final Set<String> COUNTED = Set.of("put", "commit", "delete", "list", "stat");

    private final Map<Work, Integer> counts = new EnumMap<>(Work.class);
    private final Point point;
    private final Consumer<String> hold;

    /**
     * Where to hold.
     *
     * @param number of the operation among those of that work, from 1; 0 for nowhere
     * @param after whether it shall happen first
     */
    record Point(Work work, int number, boolean after) {}

    /**
     * A storage yet to be made.
     *
     * @param hold told of the operation; called once, by the thread that reached the point, which goes on when it returns
     */
    PausingStorage(Point point, Consumer<String> hold) {
        this.point = point;
        this.hold = hold;
    }

    Storage over(Storage target) {
        return wrap(Storage.class, target, "");
    }

    /** How many operations there were of each work. */
    synchronized Map<Work, Integer> counts() {
        return new EnumMap<>(counts);
    }

    private <T> T wrap(Class<T> type, T target, String object) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    String name = arguments == null ? object : String.valueOf(arguments[0]);
                    boolean here = COUNTED.contains(method.getName()) && isPoint();
                    if (here && !point.after()) {
                        hold.accept("before " + method.getName() + " " + name);
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return result instanceof ObjectWriter writer ? wrap(ObjectWriter.class, writer, name) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (here && point.after()) {
                            hold.accept("after " + method.getName() + " " + name);
                        }
                    }
                }));
    }

    private synchronized boolean isPoint() {
        Work work = Work.current();
        return work != null && counts.merge(work, 1, Integer::sum) == point.number() && work == point.work();
    }
}
