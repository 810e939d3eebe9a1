package io.doppel.disks;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.internal.XmlRpcReader;
import io.doppel.disks.internal.XmlRpcWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A value of XML-RPC, as XAPI describes machines with it. Scalars keep their text and type as written, so that what this
 * program does not know goes through it unchanged. Immutable.
 */
public sealed interface XmlRpcValue {
    /**
     * Text, a number, a boolean, a date: anything without parts.
     *
     * @param type the element's name, for example {@code int}; empty where the text stands directly in its {@code value},
     *     which means a string and is how XAPI writes strings and integers
     * @param text as written
     */
    record Scalar(String type, String text) implements XmlRpcValue {
        /** Refuses characters that XML cannot carry. */
        public Scalar {
            Objects.requireNonNull(type, "type");
            XmlRpcWriter.requireXml(text);
        }
    }

    /**
     * Members by their names, in the order written.
     *
     * @param members never null; none of them null
     */
    record Struct(Map<String, XmlRpcValue> members) implements XmlRpcValue {
        /** Copies the members; refuses names with characters that XML cannot carry. */
        public Struct {
            members.keySet().forEach(XmlRpcWriter::requireXml);
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /** The member of that name, if there is one. */
        public Optional<XmlRpcValue> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        /** The text of the scalar member of that name, if there is one. */
        public Optional<String> text(String name) {
            return get(name).flatMap(v -> v instanceof Scalar s ? Optional.of(s.text()) : Optional.empty());
        }

        /** The member of that name as a struct; an empty one if it is missing or something else. */
        public Struct struct(String name) {
            return get(name)
                    .flatMap(v -> v instanceof Struct s ? Optional.of(s) : Optional.empty())
                    .orElse(new Struct(Map.of()));
        }

        /** The parts of the array of that name; none if it is missing or something else. */
        public List<XmlRpcValue> array(String name) {
            return get(name)
                    .flatMap(v -> v instanceof Array a ? Optional.of(a.values()) : Optional.empty())
                    .orElse(List.of());
        }

        /** This with one member set; a new one comes last. */
        public Struct with(String name, XmlRpcValue value) {
            Map<String, XmlRpcValue> changed = new LinkedHashMap<>(members);
            changed.put(name, value);
            return new Struct(changed);
        }
    }

    /**
     * Values in order.
     *
     * @param values never null; none of them null
     */
    record Array(List<XmlRpcValue> values) implements XmlRpcValue {
        /** Copies the values. */
        public Array {
            values = List.copyOf(values);
        }
    }

    /** A string. What XML cannot carry (control characters, halves of surrogate pairs) becomes U+FFFD. */
    static XmlRpcValue of(String text) {
        int[] carried =
                text.codePoints().map(c -> XmlRpcWriter.isXml(c) ? c : 0xFFFD).toArray();
        return new Scalar("", new String(carried, 0, carried.length));
    }

    /** An integer, as XAPI writes it: a string, because XML-RPC's integers have 32 bits. */
    static XmlRpcValue of(long number) {
        return new Scalar("", Long.toString(number));
    }

    /** A boolean. */
    static XmlRpcValue of(boolean value) {
        return new Scalar("boolean", value ? "1" : "0");
    }

    /** A floating point number. */
    static XmlRpcValue of(double number) {
        return new Scalar("double", Double.toString(number));
    }

    /** A date in XML-RPC's form, for example {@code 20261121T20:00:00Z}. */
    static XmlRpcValue ofDate(String date) {
        return new Scalar("dateTime.iso8601", date);
    }

    /** An array of strings. */
    static XmlRpcValue ofTexts(List<String> texts) {
        List<XmlRpcValue> values = new ArrayList<>();
        texts.forEach(t -> values.add(of(t)));
        return new Array(values);
    }

    /** A struct of strings, in the map's order. */
    static XmlRpcValue ofTexts(Map<String, String> texts) {
        Map<String, XmlRpcValue> members = new LinkedHashMap<>();
        texts.forEach((name, text) -> members.put(name, of(text)));
        return new Struct(members);
    }

    /**
     * Parses a document whose root is a {@code value}. No DTD and no entities of its own are taken; at most 64 levels.
     *
     * @param xml the document in UTF-8
     * @throws DoppelException {@link DiskError#CORRUPT}
     */
    static XmlRpcValue parse(byte[] xml) throws DoppelException {
        return XmlRpcReader.parse(xml);
    }

    /** The document in UTF-8, without white space that means nothing. */
    default byte[] toXml() {
        return XmlRpcWriter.write(this);
    }
}
