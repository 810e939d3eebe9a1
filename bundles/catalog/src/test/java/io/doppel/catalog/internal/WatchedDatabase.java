package io.doppel.catalog.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import javax.sql.DataSource;

/** A database that tells of each statement and commit, before it and after it. One thread at a time may use it. */
final class WatchedDatabase {
    /** Called on the thread that runs the statement, which goes on when the call returns. */
    interface Watcher {
        /** @param nth 1 for the first statement or commit */
        void at(int nth, boolean after) throws Exception;
    }

    private final Watcher watcher;
    private int count;

    private WatchedDatabase(Watcher watcher) {
        this.watcher = watcher;
    }

    static Database of(DerbyDatabase real, Watcher watcher) {
        return new Database(new WatchedDatabase(watcher).watched(DataSource.class, real.source()));
    }

    private <T> T watched(Class<T> type, Object target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    boolean counts = method.getName().startsWith("execute")
                            || method.getName().equals("commit");
                    int nth = counts ? ++count : count;
                    if (counts) {
                        watcher.at(nth, false);
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        if (counts) {
                            watcher.at(nth, true);
                        }
                        return wrap(method.getReturnType(), result);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private Object wrap(Class<?> type, Object result) {
        if (type == Connection.class) {
            return watched(Connection.class, result);
        }
        if (Statement.class.isAssignableFrom(type)) {
            return watched(type, result);
        }
        return result;
    }
}
