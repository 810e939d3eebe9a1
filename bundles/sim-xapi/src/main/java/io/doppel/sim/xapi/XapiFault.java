package io.doppel.sim.xapi;

import java.util.List;

/** An error of the API as it goes over the wire: a code such as {@code VDI_IN_USE} and its parameters. */
public final class XapiFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final List<String> parameters;

    public XapiFault(String code, String... parameters) {
        super(code + List.of(parameters));
        this.code = code;
        this.parameters = List.of(parameters);
    }

    public XapiFault(String code, List<String> parameters) {
        this(code, parameters.toArray(String[]::new));
    }

    public String code() {
        return code;
    }

    public List<String> parameters() {
        return parameters;
    }

    /** The code followed by the parameters: the form of {@code ErrorDescription} and of {@code task.error_info}. */
    public List<String> description() {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(code), parameters.stream())
                .toList();
    }
}
