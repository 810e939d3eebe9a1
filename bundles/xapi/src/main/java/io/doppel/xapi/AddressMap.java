package io.doppel.xapi;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where hosts of a pool are reached from here, when they stand behind address translation: pools tell their inside
 * addresses in {@code HOST_IS_SLAVE}, in redirects and for NBD. Immutable.
 *
 * <p>Text form: entries separated by commas, each {@code inside=outside} (all ports stay as they are) or
 * {@code inside:port=outside:port}; the latter goes before the former. What has no entry stays as it is.
 */
public final class AddressMap {
    /** Changes nothing. */
    public static final AddressMap NONE = new AddressMap(Map.of());

    private static final int ANY = -1;

    private final Map<Side, Side> entries;

    private record Side(String host, int port) {
        static Side parse(String text) throws DoppelException {
            XapiAddress plain = XapiAddress.parse(text, 1);
            boolean hasPort = XapiAddress.parse(text, 2).port() == plain.port();
            return new Side(plain.host(), hasPort ? plain.port() : ANY);
        }

        @Override
        public String toString() {
            return port != ANY ? new XapiAddress(host, port).toString() : host.contains(":") ? "[" + host + "]" : host;
        }
    }

    private AddressMap(Map<Side, Side> entries) {
        this.entries = entries;
    }

    /**
     * Reads the text form; an empty text changes nothing.
     *
     * @throws DoppelException {@link CommonError#BAD_SETTING} naming the entry that is wrong
     */
    public static AddressMap parse(String text) throws DoppelException {
        Map<Side, Side> entries = new LinkedHashMap<>();
        for (String entry : text.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            String[] sides = entry.split("=", -1);
            if (sides.length != 2) {
                throw bad(entry);
            }
            Side inside = Side.parse(sides[0]);
            Side outside = Side.parse(sides[1]);
            if ((inside.port == ANY) != (outside.port == ANY) || entries.put(inside, outside) != null) {
                throw bad(entry);
            }
        }
        return entries.isEmpty() ? NONE : new AddressMap(entries);
    }

    private static DoppelException bad(String entry) {
        return new DoppelException(
                CommonError.BAD_SETTING,
                "'" + entry.strip()
                        + "' in the address map is neither inside=outside nor inside:port=outside:port, or the"
                        + " inside stands twice");
    }

    /** Where {@code inside} is reached. */
    public XapiAddress outside(XapiAddress inside) {
        Side exact = entries.get(new Side(inside.host(), inside.port()));
        if (exact != null) {
            return new XapiAddress(exact.host(), exact.port());
        }
        Side host = entries.get(new Side(inside.host(), ANY));
        return host == null ? inside : new XapiAddress(host.host(), inside.port());
    }

    /** The text form. */
    @Override
    public String toString() {
        return entries.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }
}
