package io.doppel.core.internal.plugin;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.export.MachineFile;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.InstantRestore;
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the core and an object of a plug-in, and before whatever that object gives out. Once the plug-in has
 * left, every call fails with {@link CommonError#PLUGIN_GONE}; only closing is still passed on, so that nothing stays
 * open.
 */
public final class Guard implements InvocationHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final Set<Class<?>> GIVEN_OUT = Set.of(
            HypervisorHost.class,
            Snapshot.class,
            RestoreTarget.class,
            MachineStreams.Outgoing.class,
            MachineFile.class,
            Storage.class,
            ObjectWriter.class);
    /** What a host can do besides, given out as an optional. */
    private static final Set<Class<?>> ABILITIES =
            Set.of(InstantRestore.class, MachineControl.class, MachineStreams.class);

    private final Object target;
    private final Gate gate;
    private final Calls calls;

    private Guard(Object target, Gate gate, Calls calls) {
        this.target = target;
        this.gate = gate;
        this.calls = calls;
    }

    /** The object behind the gate. */
    public static <T> T wrap(Class<T> type, T target, Gate gate) {
        return wrap(type, target, gate, new Calls());
    }

    /**
     * The object behind the gate.
     *
     * @param calls takes note of every call to it and to what it gives out
     */
    public static <T> T wrap(Class<T> type, T target, Gate gate, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                Guard.class.getClassLoader(), new Class<?>[] {type}, new Guard(target, gate, calls)));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        boolean closing = method.getName().equals("close");
        boolean coded = Arrays.asList(method.getExceptionTypes()).contains(DoppelException.class);
        if (coded && !closing) {
            gate.check();
        }
        try (Calls.Open call = calls.begin()) {
            Object result = method.invoke(target, arguments);
            if (coded && !closing && gate.isGone()) {
                drop(result);
                throw gate.failure();
            }
            return wrapped(method, result);
        } catch (InvocationTargetException e) {
            throw failure(e.getCause(), method, coded);
        }
    }

    private Object ofObject(Object proxy, Method method, Object[] arguments) throws ReflectiveOperationException {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> method.invoke(target, arguments);
        };
    }

    private Object wrapped(Method method, Object result) {
        if (result instanceof Optional<?> optional && optional.isPresent()) {
            Object ability = optional.get();
            return ABILITIES.stream()
                    .filter(type -> type.isInstance(ability))
                    .findFirst()
                    .<Object>map(type -> Optional.of(proxy(type, ability)))
                    .orElse(result);
        }
        if (result != null && GIVEN_OUT.contains(method.getReturnType())) {
            return proxy(method.getReturnType(), result);
        }
        return result;
    }

    private Object proxy(Class<?> type, Object behind) {
        return Proxy.newProxyInstance(
                Guard.class.getClassLoader(), new Class<?>[] {type}, new Guard(behind, gate, calls));
    }

    private Throwable failure(Throwable cause, Method method, boolean coded) {
        if (gate.isGone()) {
            if (!coded) {
                return cause;
            }
            LOG.debug("A plug-in that has left failed in {}", method.getName(), cause);
            return gate.failure();
        }
        boolean declared = Arrays.stream(method.getExceptionTypes()).anyMatch(type -> type.isInstance(cause));
        if (coded && !declared) {
            String what = "A plug-in failed in " + method.getName() + ": " + cause;
            return new DoppelException(CommonError.INTERNAL, what, cause);
        }
        return cause;
    }

    /** Closes what a call gave out that ended after the plug-in had left. */
    private static void drop(Object result) {
        if (result instanceof AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                LOG.debug("What a plug-in gave out while leaving could not be closed; it is swept later", e);
            }
        }
    }
}
