package io.doppel.sim.xapi;

import java.util.List;
import java.util.Map;

/**
 * The pool's records. A value is a {@link String}, {@link Long}, {@link Double}, {@link Boolean}, {@link java.time.Instant},
 * {@link List} or {@link Map} (with text keys); a reference is the text {@code OpaqueRef:…}. Everything handed out is a copy
 * that nobody changes. Each change is told to those who follow events. Safe for use by many threads.
 */
public interface Records {
    /** References of all records of a class ({@code VM}, {@code VDI} …), in the order of their creation. */
    List<String> all(String type);

    /** @throws XapiFault {@code HANDLE_INVALID} when there is no such record */
    Map<String, Object> get(String type, String ref);

    /** One field of a record. */
    Object get(String type, String ref, String field);

    default String text(String type, String ref, String field) {
        return (String) get(type, ref, field);
    }

    default long number(String type, String ref, String field) {
        return (Long) get(type, ref, field);
    }

    /** References in a field that holds a set of them. */
    @SuppressWarnings("unchecked")
    default List<String> refs(String type, String ref, String field) {
        return (List<String>) get(type, ref, field);
    }

    boolean exists(String type, String ref);

    /** The reference of the record that has this reference or this uuid. */
    String find(String type, String refOrUuid);

    /**
     * Adds a record. Fields that are not given have the defaults of their class; {@code uuid} is made when it is missing.
     * Fields that only mirror a reference of others (such as {@code VM.VBDs}) are kept by the database itself.
     *
     * @return the new reference
     */
    String create(String type, Map<String, ?> fields);

    void set(String type, String ref, String field, Object value);

    /** Removes a record; nothing else is removed with it. */
    void destroy(String type, String ref);
}
