package io.doppel.mover;

import io.doppel.spi.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Objects whose calls a test looks at. */
final class Hooked {
    private Hooked() {}

    /** Called after each call, on its thread. */
    interface After {
        /** What the call gives instead of its result. */
        Object call(String method, Object[] arguments, Object result) throws Exception;
    }

    static Storage storage(Storage target, After after) {
        return over(Storage.class, target, after);
    }

    static <T> T over(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return after.call(method.getName(), arguments, method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** A call that was not made yet. */
    interface Call {
        /** Makes it. */
        Object call() throws Exception;
    }

    /** Called instead of each call, on its thread. */
    interface Instead {
        /** What the call gives. */
        Object call(String method, Object[] arguments, Call call) throws Exception;
    }

    static <T> T instead(Class<T> type, T target, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> instead.call(method.getName(), arguments, () -> {
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        if (e.getCause() instanceof Exception failure) {
                            throw failure;
                        }
                        throw (Error) e.getCause();
                    }
                })));
    }
}
