package io.doppel.catalog.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Migrates the database in a folder and is halted, as by kill -9, right before or after the n-th statement or commit. */
final class MigrationChild {
    static final int HALTED = 137;

    private final AtomicInteger left;
    private final boolean after;

    private MigrationChild(int nth, boolean after) {
        this.left = new AtomicInteger(nth);
        this.after = after;
    }

    public static void main(String[] args) throws Exception {
        MigrationChild child = new MigrationChild(Integer.parseInt(args[1]), args[2].equals("after"));
        try (DerbyDatabase real = DerbyDatabase.open(Path.of(args[0]))) {
            Migrations.run(new Database(child.watched(DataSource.class, real.source())), Migrations.ours());
        }
    }

    private <T> T watched(Class<T> type, Object target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    boolean counts = method.getName().startsWith("execute")
                            || method.getName().equals("commit");
                    boolean last = counts && left.decrementAndGet() == 0;
                    if (last && !after) {
                        Runtime.getRuntime().halt(HALTED);
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        if (last) {
                            Runtime.getRuntime().halt(HALTED);
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
