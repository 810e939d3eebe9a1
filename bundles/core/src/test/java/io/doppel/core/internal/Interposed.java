package io.doppel.core.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A plug-in's object some of whose methods do what a test says. */
final class Interposed {
    /** Done, and nothing to give back. */
    static final Object VOID = new Object();

    private Interposed() {}

    /** What is done first. */
    interface First {
        /**
         * Called before every call, on its thread.
         *
         * @return what the call gives instead of its own result ({@link #VOID} for nothing); null if it shall be made
         */
        Object call(String method, Object[] arguments) throws Exception;
    }

    static <T> T over(Class<T> type, T real, First first) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "interposed " + type.getSimpleName();
                        };
                    }
                    Object instead = first.call(method.getName(), arguments);
                    if (instead != null) {
                        return instead == VOID ? null : instead;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** The same, with something done before the calls of one method. */
    static <T> T before(Class<T> type, T real, String name, Before before) {
        return over(type, real, (method, arguments) -> {
            if (method.equals(name)) {
                before.run();
            }
            return null;
        });
    }

    /** What is done before a call. */
    interface Before {
        void run() throws Exception;
    }
}
