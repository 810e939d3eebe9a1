package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.XmlRpcValue;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Parses XML-RPC values. */
public final class XmlRpcReader {
    private static final int MOST_LEVELS = 64;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final XMLStreamReader xml;

    private XmlRpcReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /** One for each document: a factory holds on to the last reader it made. */
    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    public static XmlRpcValue parse(byte[] bytes) throws DoppelException {
        try {
            XMLStreamReader xml = factory().createXMLStreamReader(new StringReader(text(bytes)));
            try {
                XmlRpcReader reader = new XmlRpcReader(xml);
                reader.open("value");
                XmlRpcValue value = reader.value(0);
                reader.end();
                return value;
            } finally {
                xml.close();
            }
        } catch (XMLStreamException | CharacterCodingException e) {
            throw new DoppelException(DiskError.CORRUPT, "A description of a machine is no XML-RPC in UTF-8", e);
        }
    }

    /** Decoded here, because the parser prints what is wrong with the encoding instead of just throwing it. */
    private static String text(byte[] bytes) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }

    /** Behind the start of a value; returns behind its end. */
    private XmlRpcValue value(int level) throws XMLStreamException, DoppelException {
        if (level > MOST_LEVELS) {
            throw wrong("too many levels");
        }
        StringBuilder text = new StringBuilder();
        if (next(text) == XMLStreamConstants.END_ELEMENT) {
            return new XmlRpcValue.Scalar("", text.toString());
        }
        requireBlank(text);
        XmlRpcValue value = switch (xml.getLocalName()) {
            case "struct" -> struct(level);
            case "array" -> array(level);
            default -> scalar(xml.getLocalName());
        };
        close();
        return value;
    }

    private XmlRpcValue scalar(String type) throws XMLStreamException, DoppelException {
        StringBuilder text = new StringBuilder();
        if (next(text) != XMLStreamConstants.END_ELEMENT) {
            throw wrong("parts in a " + type);
        }
        return new XmlRpcValue.Scalar(type, text.toString());
    }

    private XmlRpcValue struct(int level) throws XMLStreamException, DoppelException {
        Map<String, XmlRpcValue> members = new LinkedHashMap<>();
        while (isNext("member")) {
            open("name");
            String name = ((XmlRpcValue.Scalar) scalar("name")).text();
            open("value");
            if (members.put(name, value(level + 1)) != null) {
                throw wrong("two members of the name " + name);
            }
            close();
        }
        return new XmlRpcValue.Struct(members);
    }

    private XmlRpcValue array(int level) throws XMLStreamException, DoppelException {
        open("data");
        List<XmlRpcValue> values = new ArrayList<>();
        while (isNext("value")) {
            values.add(value(level + 1));
        }
        close();
        return new XmlRpcValue.Array(values);
    }

    private void open(String name) throws XMLStreamException, DoppelException {
        if (!isNext(name)) {
            throw wrong("no " + name);
        }
    }

    private void close() throws XMLStreamException, DoppelException {
        StringBuilder text = new StringBuilder();
        if (next(text) != XMLStreamConstants.END_ELEMENT) {
            throw wrong("an unexpected " + xml.getLocalName());
        }
        requireBlank(text);
    }

    /** Whether an element of that name comes; false at the end of the one around it. */
    private boolean isNext(String name) throws XMLStreamException, DoppelException {
        StringBuilder text = new StringBuilder();
        boolean start = next(text) == XMLStreamConstants.START_ELEMENT;
        requireBlank(text);
        if (start && !xml.getLocalName().equals(name)) {
            throw wrong("an unexpected " + xml.getLocalName());
        }
        return start;
    }

    private void end() throws XMLStreamException, DoppelException {
        while (xml.hasNext()) {
            xml.next();
        }
    }

    /** Goes to the next start or end of an element and collects the text before it. */
    private int next(StringBuilder text) throws XMLStreamException, DoppelException {
        while (true) {
            int event = xml.next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT, XMLStreamConstants.END_ELEMENT -> {
                    return event;
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    text.append(xml.getText());
                case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> {
                    // They mean nothing here.
                }
                default -> throw wrong("a document type or an entity of its own");
            }
        }
    }

    private void requireBlank(StringBuilder text) throws DoppelException {
        if (!text.toString().isBlank()) {
            throw wrong("text between elements");
        }
    }

    private DoppelException wrong(String what) {
        return new DoppelException(
                DiskError.CORRUPT,
                "A description of a machine has " + what + " in line "
                        + xml.getLocation().getLineNumber());
    }
}
