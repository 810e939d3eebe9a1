package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.db.FieldType;
import java.util.List;
import java.util.Map;

/** The parameters of a call after the session, checked as they are asked for. */
public final class Args {
    private final List<Object> values;

    Args(List<Object> values) {
        this.values = values;
    }

    int count() {
        return values.size();
    }

    boolean has(int index) {
        return index < values.size();
    }

    Object value(int index) {
        return values.get(index);
    }

    String text(int index) {
        return (String) FieldType.STRING.accept(values.get(index), "parameter " + (index + 1));
    }

    String text(int index, String missing) {
        return has(index) ? text(index) : missing;
    }

    long number(int index) {
        return (Long) FieldType.INT.accept(values.get(index), "parameter " + (index + 1));
    }

    double real(int index) {
        return (Double) FieldType.FLOAT.accept(values.get(index), "parameter " + (index + 1));
    }

    boolean flag(int index) {
        return (Boolean) FieldType.BOOL.accept(values.get(index), "parameter " + (index + 1));
    }

    @SuppressWarnings("unchecked")
    List<String> texts(int index) {
        return (List<String>)
                new FieldType.Field("parameter " + (index + 1), FieldType.STRING, FieldType.Shape.SET, true, List.of())
                        .accept(values.get(index));
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> record(int index) {
        if (values.get(index) instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new io.doppel.sim.xapi.XapiFault("FIELD_TYPE_ERROR", "parameter " + (index + 1));
    }
}
